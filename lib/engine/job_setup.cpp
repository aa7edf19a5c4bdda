#include "engine/job_setup.hpp"

#include <kahn/base/error.hpp>
#include <kahn/model/diagnostic.hpp>

#include "base/files.hpp"
#include "engine/git_branch.hpp"
#include "engine/wrapped_command.hpp"
#include "model/expansion.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace kahn {
namespace {

/// Values by name in several layers; the last one that has a name counts.
class Layers {
public:
    explicit Layers(const Variables& host) : host_(host) {}

    std::optional<std::string_view> find(std::string_view name) const {
        if (const auto found = declared_.find(name); found != declared_.end()) return found->second;
        if (const auto found = host_.find(name); found != host_.end()) return found->second;
        return std::nullopt;
    }

    /// Lays `values` over what is there, each expanded by what was there before.
    void add_expanded(const Variables& values, const std::string& where) {
        Variables expanded;
        for (const auto& [name, value] : values) expanded[name] = expand_or_throw(value, where + ": environment " + name);
        add(std::move(expanded));
    }
    void add(Variables values) {
        for (auto& [name, value] : values) declared_.insert_or_assign(name, std::move(value));
    }

    std::string expand_or_throw(const std::string& text, const std::string& where) const {
        if (text.find('$') == std::string::npos) return text;
        auto expanded = expand(text, [this](std::string_view name) { return find(name); });
        if (const auto* bad = std::get_if<ExpansionError>(&expanded)) throw Error(Errc::invalid_config, where + ": " + bad->message);
        return std::get<std::string>(std::move(expanded));
    }

    Variables take_declared() && { return std::move(declared_); }

private:
    const Variables& host_;
    Variables declared_;
};

/// A process environment in the form of `environ`.
Variables parse_environment(const char* const* entries) {
    Variables parsed;
    for (; entries && *entries; ++entries) {
        const std::string_view entry = *entries;
        const auto equals = entry.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        parsed.insert_or_assign(std::string(entry.substr(0, equals)), std::string(entry.substr(equals + 1)));
    }
    return parsed;
}

}  // namespace

RunContext make_context(const Pipeline& pipeline, const RunOptions& options, std::filesystem::path workspace,
                        std::shared_ptr<const Variables> host) {
    RunContext context;
    context.host = host ? std::move(host) : std::make_shared<const Variables>(parse_environment(environ));
    context.variables = pipeline.variables;
    for (const auto& [name, value] : options.variables) context.variables.insert_or_assign(name, value);
    context.run_id = pipeline.run_id;
    context.pipeline = pipeline.name;
    context.working_directory = absolute_directory(options.working_directory);
    context.workspace = std::move(workspace);
    context.traceparent = options.traceparent;
    const auto inherited = context.host->find(traceparent_name);
    if (context.traceparent.empty() && inherited != context.host->end()) context.traceparent = inherited->second;
    const auto trace = TraceContext::parse(context.traceparent);
    if (trace) context.trace = *trace;
    context.traceparent_is_nonsense = !trace && !context.traceparent.empty();
    return context;
}

std::string branch_of(const RunOptions& options, const RunContext& context) {
    return options.branch ? *options.branch : git_branch(context.working_directory);
}

Variables stage_environment(const RunContext& context, const PipelineStage& stage) {
    Layers layers(*context.host);
    layers.add(context.variables);
    layers.add_expanded(stage.environment, "stage '" + stage.name + "'");
    Variables all = *context.host;
    for (auto& [name, value] : std::move(layers).take_declared()) all.insert_or_assign(name, value);
    return all;
}

AttemptRequest make_request(const RunContext& context, const PipelineStage& stage, const PipelineJob& job, int attempt,
                            const Variables& outputs) {
    const std::string where = "job '" + stage.name + "." + job.name + "'";
    Layers layers(*context.host);
    layers.add(context.variables);
    if (!outputs.empty()) layers.add(outputs);
    layers.add_expanded(stage.environment, "stage '" + stage.name + "'");
    layers.add_expanded(job.environment, where);
    Variables own;
    own["CI"] = "true";
    own["KAHN_RUN_ID"] = context.run_id;
    own["KAHN_PIPELINE"] = context.pipeline;
    own["KAHN_STAGE"] = stage.name;
    own["KAHN_JOB"] = job.name;
    own["KAHN_ATTEMPT"] = std::to_string(attempt);
    own["KAHN_WORKSPACE"] = context.workspace.string();
    layers.add(std::move(own));

    AttemptRequest request;
    request.run_id = context.run_id;
    request.pipeline = context.pipeline;
    request.stage = stage.name;
    request.attempt = attempt;
    request.working_directory =
        context.working_directory / layers.expand_or_throw(job.working_directory, where + ": working_directory");
    request.job.name = job.name;
    request.job.commands = job.commands;
    request.job.native = job.native;
    if (job.github) {
        GithubWorkflow& workflow = request.job.github.emplace(*job.github);
        for (auto* const text : {&workflow.repo, &workflow.workflow, &workflow.ref}) *text = layers.expand_or_throw(*text, where + ": github");
        for (auto& [name, value] : workflow.inputs) value = layers.expand_or_throw(value, where + ": github, input " + name);
    }
    request.job.timeout = job.timeout;
    for (const std::string& glob : job.artifacts) {
        request.job.artifacts.push_back(layers.expand_or_throw(glob, where + ": artifacts"));
    }
    for (const std::string& glob : job.junit_reports) {
        request.job.junit_reports.push_back(layers.expand_or_throw(glob, where + ": reports"));
    }
    request.job.leftovers = job.leftovers;
    if (!job.wrap.empty()) {
        const auto find = [&layers](std::string_view name) { return layers.find(name); };
        for (const std::string& command : job.commands) {
            request.arguments.push_back(wrap_command(job.wrap, command, find, where + ": executor"));
        }
    }
    request.host_environment = context.host;
    request.environment = std::move(layers).take_declared();
    return request;
}

void require_defined_names(const RunContext& context, const Pipeline& pipeline) {
    const auto has_dollar = [](const std::string& text) { return text.find('$') != std::string::npos; };
    const auto any_dollar = [&](const Variables& values) {
        return std::any_of(values.begin(), values.end(), [&](const auto& named) { return has_dollar(named.second); });
    };
    std::vector<Diagnostic> found;
    const auto note = [&](const Error& error, SourceLocation where) {
        Diagnostic diagnostic;
        diagnostic.code = "K032";  // the loader's own, for a ${NAME} that cannot be expanded
        diagnostic.message = error.what();
        diagnostic.location = where;
        found.push_back(std::move(diagnostic));
    };
    for (const PipelineStage& stage : pipeline.stages) {
        try {
            if (any_dollar(stage.environment)) stage_environment(context, stage);
        } catch (const Error& error) {
            note(error, stage.location);
            continue;  // every job of it would say the same
        }
        for (const PipelineJob& job : stage.jobs) {
            const bool expands_github = job.github && (has_dollar(job.github->repo) || has_dollar(job.github->workflow) ||
                                                       has_dollar(job.github->ref) || any_dollar(job.github->inputs));
            const bool expands = expands_github || has_dollar(job.working_directory) || any_dollar(job.environment) ||
                                 std::any_of(job.artifacts.begin(), job.artifacts.end(), has_dollar) ||
                                 std::any_of(job.junit_reports.begin(), job.junit_reports.end(), has_dollar) ||
                                 std::any_of(job.wrap.begin(), job.wrap.end(), has_dollar);
            try {
                if (expands && job.dependencies.empty()) make_request(context, stage, job, 1);
            } catch (const Error& error) {
                note(error, job.location);
            }
        }
    }
    if (found.empty()) return;
    const auto file = pipeline.source.empty() ? pipeline.name : pipeline.source.string();
    throw ConfigError(Errc::invalid_config, file, {}, std::move(found));
}

}  // namespace kahn
