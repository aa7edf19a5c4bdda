#include "engine/preview.hpp"

#include <kahn/base/error.hpp>

#include "engine/conditions.hpp"
#include "engine/job_setup.hpp"
#include "engine/secrets.hpp"
#include "engine/selection.hpp"
#include "model/expression.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace kahn {

Pipeline RunPreview::without_skipped_jobs() const {
    Pipeline rest = pipeline;
    for (PipelineStage& stage : rest.stages) {
        if (skips.contains(stage.name)) stage.jobs.clear();
    }
    return rest;
}

RunPreview preview_run(Pipeline pipeline, const RunOptions& options) {
    RunPreview preview;
    preview.pipeline = select(std::move(pipeline), options.stages, options.jobs);

    const RunContext context = make_context(preview.pipeline, options, {});
    require_defined_names(context, preview.pipeline);
    std::optional<std::string> branch;
    add_secrets(preview.pipeline, options.secrets);
    const auto masker = find_secrets(preview.pipeline, context, MissingSecrets::ignored).masker;
    for (const PipelineStage& stage : preview.pipeline.stages) {
        if (stage.conditions.empty()) continue;
        auto custom = Expression::parse(stage.conditions.custom);
        if (const auto* bad = std::get_if<ExpressionError>(&custom)) {
            throw Error(Errc::invalid_config, "stage '" + stage.name + "': " + bad->message);
        }
        if (!branch) branch = branch_of(options, context);
        const Variables environment = stage_environment(context, stage);
        ExpressionScope scope;
        scope.branch = *branch;
        scope.environment = &environment;
        scope.variables = &context.variables;
        Verdict verdict = check_conditions(stage.conditions, std::get<Expression>(custom), scope);
        if (!verdict.holds) preview.skips.emplace(stage.name, masker ? masker->mask(verdict.why) : std::move(verdict.why));
    }
    if (masker) hide_in_definition(*masker, preview.pipeline);
    return preview;
}

}  // namespace kahn
