#include "engine/secrets.hpp"

#include <kahn/base/error.hpp>
#include <kahn/model/diagnostic.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace kahn {
namespace {

/// Collects the values of one secret, wherever jobs may find it.
class Values {
public:
    Values(const Pipeline& pipeline, const RunContext& context) : pipeline_(pipeline), context_(context) {}

    std::set<std::string> of(const std::string& name) const {
        std::set<std::string> values;
        const auto add = [&values](const Variables& from, const std::string& key) {
            const auto found = from.find(key);
            if (found != from.end() && !found->second.empty()) values.insert(found->second);
        };
        add(*context_.host, name);
        add(context_.variables, name);
        for (const PipelineStage& stage : pipeline_.stages) {
            try {
                if (stage.environment.contains(name)) add(stage_environment(context_, stage), name);
                for (const PipelineJob& job : stage.jobs) {
                    if (job.environment.contains(name)) add(environment_of(stage, job, name), name);
                }
            } catch (const Error&) {
                // A ${NAME} that nothing defines: the run does not begin, and says so.
            }
        }
        return values;
    }

private:
    Variables environment_of(const PipelineStage& stage, const PipelineJob& job, const std::string& name) const {
        PipelineJob alone(job.name, {});
        alone.environment[name] = job.environment.at(name);
        return make_request(context_, stage, alone, 1).environment;
    }

    const Pipeline& pipeline_;
    const RunContext& context_;
};

Diagnostic problem(std::string message, SourceLocation where, std::string help) {
    Diagnostic diagnostic;
    diagnostic.code = "K037";  // the loader's own, for secrets
    diagnostic.message = std::move(message);
    diagnostic.location = where;
    diagnostic.help = std::move(help);
    return diagnostic;
}

void check_names(const Pipeline& pipeline, const Masker& masker, std::vector<Diagnostic>& problems) {
    const auto check = [&](const std::string& noun, const std::string& name, SourceLocation where) {
        if (!masker.finds_in(name)) return;
        problems.push_back(problem("the name of a " + noun + ", '" + masker.mask(name) + "', has a secret in it", where,
                                   "names are shown, and are part of the names of files"));
    };
    check("pipeline", pipeline.name, {});
    for (const PipelineStage& stage : pipeline.stages) {
        check("stage", stage.name, stage.location);
        for (const PipelineJob& job : stage.jobs) check("job", job.name, job.location);
    }
}

void hide(const Masker& masker, std::string& text) { text = masker.mask(text); }

void hide(const Masker& masker, std::vector<std::string>& texts) {
    for (std::string& text : texts) hide(masker, text);
}

}  // namespace

void add_secrets(Pipeline& pipeline, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (std::find(pipeline.secrets.begin(), pipeline.secrets.end(), name) == pipeline.secrets.end()) pipeline.secrets.push_back(name);
    }
}

Secrets find_secrets(const Pipeline& pipeline, const RunContext& context, MissingSecrets missing) {
    Secrets secrets;
    if (pipeline.secrets.empty()) return secrets;
    std::vector<Diagnostic> problems;
    std::vector<std::string> hidden;
    std::size_t bytes = 0;
    const Values values(pipeline, context);
    for (const std::string& name : pipeline.secrets) {
        const auto found = values.of(name);
        if (found.empty() && missing == MissingSecrets::refused) {
            problems.push_back(problem("the secret '" + name + "' has no value", {},
                                       "it is taken from the environment, --env-file or --var: see kahn run --help"));
        }
        for (const std::string& value : found) {
            if (Masker::accepts(value)) {
                bytes += value.size();
                hidden.push_back(value);
            } else {
                secrets.warnings.push_back("the secret '" + name + "' is shorter than " + std::to_string(Masker::shortest) +
                                           " bytes: what jobs print is not searched for it");
            }
        }
    }
    if (bytes > Masker::most_bytes) {
        problems.push_back(problem("the secrets have " + std::to_string(bytes) + " bytes together, more than " + std::to_string(Masker::most_bytes), {}, {}));
    } else {
        // Also if each is too short: values of variables that are secrets are hidden by their names.
        secrets.masker = std::make_shared<const Masker>(hidden);
        check_names(pipeline, *secrets.masker, problems);
    }
    if (problems.empty()) return secrets;
    throw ConfigError(Errc::invalid_config, pipeline.source.empty() ? pipeline.name : pipeline.source.string(), {}, std::move(problems));
}

void hide_in_variables(const Masker& masker, const std::vector<std::string>& secrets, Variables& variables) {
    for (auto& [name, value] : variables) {
        if (std::find(secrets.begin(), secrets.end(), name) != secrets.end()) value = Masker::replacement;
        else hide(masker, value);
    }
}

void hide_in_definition(const Masker& masker, Pipeline& pipeline) {
    const auto& secrets = pipeline.secrets;
    hide(masker, pipeline.description);
    hide_in_variables(masker, secrets, pipeline.variables);
    for (PipelineStage& stage : pipeline.stages) {
        hide_in_variables(masker, secrets, stage.environment);
        hide(masker, stage.conditions.branch);
        hide_in_variables(masker, secrets, stage.conditions.environment);
        hide(masker, stage.conditions.custom);
        for (PipelineJob& job : stage.jobs) {
            hide(masker, job.commands);
            hide(masker, job.wrap);
            hide_in_variables(masker, secrets, job.environment);
            hide(masker, job.artifacts);
            hide(masker, job.junit_reports);
            hide(masker, job.working_directory);
            if (!job.github) continue;
            for (std::string* const text : {&job.github->repo, &job.github->workflow, &job.github->ref}) hide(masker, *text);
            hide_in_variables(masker, secrets, job.github->inputs);
        }
    }
}

void hide_in(const Masker& masker, Reason& reason) {
    if (!reason.detail().empty()) reason = Reason(reason.code(), masker.mask(reason.detail()));
}

void hide_in(const Masker& masker, AttemptOutcome& outcome) {
    hide(masker, outcome.message);
    hide(masker, outcome.warnings);
    for (Leftover& leftover : outcome.leftovers) hide(masker, leftover.name);
    hide(masker, outcome.output);
    hide(masker, outcome.error);
}

void hide_in(const Masker& masker, PipelineJob& job) {
    hide_in(masker, job.reason);
    hide(masker, job.warnings);
    for (JobAttempt& attempt : job.attempts) hide_in(masker, attempt.reason);
    if (!job.tests) return;
    hide(masker, job.tests->failed_names);
    hide(masker, job.tests->flaky_names);
}

}  // namespace kahn
