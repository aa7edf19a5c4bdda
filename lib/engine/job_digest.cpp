#include "engine/job_digest.hpp"

#include <kahn/engine/native_job.hpp>

#include "engine/own_variables.hpp"

#include "base/sha256.hpp"

#include <algorithm>
#include <utility>

namespace kahn {
namespace {

/// Adds parts so that no two lists of parts look alike.
class PartsDigest {
public:
    void add(std::string_view part) {
        parts_ += std::to_string(part.size());
        parts_ += ':';
        parts_ += part;
    }
    template <class Parts>
    void add_all(std::string_view what, const Parts& parts) {
        add(what);
        add(std::to_string(parts.size()));
        for (const auto& part : parts) add(part);
    }
    void add_job(const PipelineJob& job) {
        add(job.name);
        add(to_string(job.status));
        add(job.digest);
        add(std::to_string(job.outputs.size()));
        for (const auto& [name, value] : job.outputs) {
            add(name);
            add(value);
        }
    }
    std::string hex() const {
        Sha256 digest;
        digest.add(parts_);
        return digest.hex();
    }

private:
    std::string parts_;
};

}  // namespace

std::string job_digest(const AttemptRequest& request, std::string_view inputs) {
    PartsDigest digest;
    digest.add("kahn job 1");
    digest.add_all("commands", request.job.commands);
    for (const auto& arguments : request.arguments) digest.add_all("executed as", arguments);
    if (request.job.leftovers != LeftoverPolicy::kill) {
        digest.add("leftovers");
        digest.add(to_string(request.job.leftovers));
    }
    if (request.job.native) {
        // Work that has no version is like no other work: not even its own, in another run.
        const std::string& version = request.job.native->options().version;
        digest.add(version.empty() ? "native, in run" : "native, version");
        digest.add(version.empty() ? request.run_id : version);
    }
    if (request.job.github) {
        const GithubWorkflow& workflow = *request.job.github;
        for (const std::string_view part : {std::string_view("github"), std::string_view(workflow.repo), std::string_view(workflow.workflow),
                                            std::string_view(workflow.ref), std::string_view(workflow.wait ? "wait" : "start")}) {
            digest.add(part);
        }
        digest.add(std::to_string(workflow.inputs.size()));
        for (const auto& [name, value] : workflow.inputs) {
            digest.add(name);
            digest.add(value);
        }
    }
    digest.add("environment");
    for (const auto& [name, value] : request.environment) {
        if (std::find(own_variables.begin(), own_variables.end(), name) != own_variables.end()) continue;
        digest.add(name);
        digest.add(value);
    }
    digest.add("working_directory");
    digest.add(request.working_directory.native());
    digest.add_all("artifacts", request.job.artifacts);
    digest.add("inputs");
    digest.add(inputs);
    return digest.hex();
}

Lineage::Lineage(const Pipeline& run) : run_(run), names_(run.stages), results_(run.stages.size()), inputs_(run.stages.size()) {}

Variables Lineage::variables(std::size_t stage, std::size_t job) const {
    Variables all;
    for (const std::string& dependency : run_.stages[stage].jobs[job].dependencies) {
        const auto on = names_.dependency(stage, dependency);
        if (on.empty()) continue;
        for (const auto& [name, value] : run_.stages[on.front().stage].jobs[on.front().job].outputs) all.insert_or_assign(name, value);
    }
    return all;
}

std::string Lineage::inputs(std::size_t stage, std::size_t job) {
    const auto& dependencies = run_.stages[stage].jobs[job].dependencies;
    if (dependencies.empty()) return stage_inputs(stage);
    PartsDigest digest;
    digest.add(stage_inputs(stage));
    for (const std::string& dependency : dependencies) {
        const auto on = names_.dependency(stage, dependency);
        if (on.empty()) continue;
        digest.add(dependency);
        digest.add_job(run_.stages[on.front().stage].jobs[on.front().job]);
    }
    return digest.hex();
}

const std::string& Lineage::stage_result(std::size_t stage) {
    std::string& result = results_[stage];
    if (!result.empty()) return result;
    PartsDigest digest;
    digest.add(run_.stages[stage].name);
    digest.add(to_string(run_.stages[stage].status));
    for (const PipelineJob& job : run_.stages[stage].jobs) digest.add_job(job);
    result = digest.hex();
    return result;
}

const std::string& Lineage::stage_inputs(std::size_t stage) {
    std::string& inputs = inputs_[stage];
    if (!inputs.empty()) return inputs;
    PartsDigest digest;
    for (const std::string& dependency : run_.stages[stage].dependencies) {
        const auto on = names_.stage(dependency);
        if (on) digest.add(stage_result(*on));
    }
    inputs = digest.hex();
    return inputs;
}

}  // namespace kahn
