#include <kahn/manager/pipeline_builder.hpp>

#include <kahn/config/load.hpp>
#include <kahn/model/diagnostic.hpp>

#include <algorithm>

namespace kahn {

Pipeline PipelineBuilder::build() const {
    auto diagnostics = config::check(pipeline_);
    const bool is_bad = std::any_of(diagnostics.begin(), diagnostics.end(),
                                    [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; });
    if (is_bad) throw ConfigError(Errc::invalid_config, pipeline_.name, {}, std::move(diagnostics));
    return pipeline_;
}

}  // namespace kahn
