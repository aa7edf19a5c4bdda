#include "render/run_names.hpp"

#include "base/text.hpp"

namespace kahn::render {

RunNames::RunNames(const Pipeline& run) {
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) ++uses_[job.name];
    }
}

std::string RunNames::of(const PipelineStage& stage, const PipelineJob& job) const {
    const auto uses = uses_.find(job.name);
    const bool is_only_one = uses != uses_.end() && uses->second == 1;
    return printable(is_only_one ? job.name : stage.name + "." + job.name);
}

}  // namespace kahn::render
