#include "engine/selection.hpp"

#include <kahn/base/error.hpp>

#include "base/text.hpp"
#include "model/name_index.hpp"

#include <utility>
#include <vector>

namespace kahn {
namespace {

std::string with_guess(std::string message, std::string_view word, const std::vector<std::string>& candidates) {
    if (const auto guess = did_you_mean(word, candidates)) message += "; did you mean '" + *guess + "'?";
    return message;
}

/// What is kept, found by walking against the arrows from what was asked for.
class Selection {
public:
    explicit Selection(const Pipeline& pipeline) : pipeline_(pipeline), names_(pipeline.stages), keeps_(pipeline.stages.size()) {
        for (std::size_t s = 0; s < keeps_.size(); ++s) keeps_[s].resize(pipeline.stages[s].jobs.size());
        waits_for_.resize(keeps_.size());
    }

    void ask_stage(const std::string& name) {
        const auto stage = names_.stage(name);
        if (!stage) {
            std::vector<std::string> known;
            for (const PipelineStage& candidate : pipeline_.stages) known.push_back(candidate.name);
            throw Error(Errc::unknown_stage, with_guess("no stage '" + name + "'", name, known));
        }
        keep_stage(*stage);
    }

    void ask_job(const std::string& name) {
        const auto found = names_.meanings(name);
        if (found.empty()) {
            std::vector<std::string> known;
            for (const PipelineStage& stage : pipeline_.stages) {
                for (const PipelineJob& job : stage.jobs) {
                    known.push_back(job.name);
                    known.push_back(stage.name + "." + job.name);
                }
            }
            throw Error(Errc::unknown_job, with_guess("no job '" + name + "'", name, known));
        }
        if (found.size() > 1) {
            std::vector<std::string> readings;
            for (const auto& reading : found) {
                const JobReference first = reading.front();
                readings.push_back(pipeline_.stages[first.stage].name + "." + pipeline_.stages[first.stage].jobs[first.job].name);
            }
            throw Error(Errc::invalid_argument, "'" + name + "' can mean " + join(readings, " or "));
        }
        for (const JobReference& job : found.front()) keep_job(job);
    }

    /// Follows everything that was asked for to its roots.
    void close() {
        while (!work_.empty()) {
            const JobReference next = work_.back();
            work_.pop_back();
            const PipelineStage& stage = pipeline_.stages[next.stage];
            if (!waits_for_[next.stage]) {
                waits_for_[next.stage] = true;
                for (const std::string& dependency : stage.dependencies) {
                    if (const auto on = names_.stage(dependency)) keep_stage(*on);
                }
            }
            if (stage.jobs.empty()) continue;
            if (!stage.parallel && next.job > 0) keep_job({next.stage, next.job - 1});
            for (const std::string& dependency : stage.jobs[next.job].dependencies) {
                for (const JobReference& on : names_.dependency(next.stage, dependency)) keep_job(on);
            }
        }
    }

    bool keeps_stage(std::size_t stage) const { return waits_for_[stage]; }
    bool keeps_job(std::size_t stage, std::size_t job) const { return keeps_[stage][job]; }

private:
    void keep_stage(std::size_t stage) {
        if (keeps_[stage].empty()) work_.push_back({stage, 0});
        for (std::size_t j = 0; j < keeps_[stage].size(); ++j) keep_job({stage, j});
    }
    void keep_job(JobReference job) {
        if (keeps_[job.stage][job.job]) return;
        keeps_[job.stage][job.job] = true;
        work_.push_back(job);
    }

    const Pipeline& pipeline_;
    NameIndex names_;
    std::vector<std::vector<bool>> keeps_;
    std::vector<bool> waits_for_;  // the stage is kept, and what it depends on was followed
    std::vector<JobReference> work_;
};

}  // namespace

Pipeline select(Pipeline pipeline, std::span<const std::string> stages, std::span<const std::string> jobs) {
    if (stages.empty() && jobs.empty()) return pipeline;

    Selection selection(pipeline);
    for (const std::string& name : stages) selection.ask_stage(name);
    for (const std::string& name : jobs) selection.ask_job(name);
    selection.close();

    std::vector<PipelineStage> kept;
    for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
        if (!selection.keeps_stage(s)) continue;
        PipelineStage stage = pipeline.stages[s];
        stage.jobs.clear();
        for (std::size_t j = 0; j < pipeline.stages[s].jobs.size(); ++j) {
            if (selection.keeps_job(s, j)) stage.jobs.push_back(pipeline.stages[s].jobs[j]);
        }
        kept.push_back(std::move(stage));
    }
    pipeline.stages = std::move(kept);
    return pipeline;
}

}  // namespace kahn
