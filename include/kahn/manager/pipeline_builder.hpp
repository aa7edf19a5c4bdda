#pragma once

#include <kahn/engine/native_job.hpp>
#include <kahn/model/pipeline.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn {

// A pipeline in C++, in the words of the pipeline file:
//
//     const Pipeline ci = PipelineBuilder("ci")
//         .variable("OUT", "build")
//         .stage(StageBuilder("build")
//             .job(JobBuilder("library").command("make").timeout(10min).artifact("build/*.o"))
//             .job(JobBuilder("docs").command("make docs").allow_failure()))
//         .stage(StageBuilder("test").after("build")
//             .job(JobBuilder("unit").native(run_unit_tests).retry(2)))
//         .build();
//
// Builders are values: copy one to begin two things alike. Nothing is checked before PipelineBuilder::build().

/// One job: commands, or a coroutine.
class JobBuilder {
public:
    explicit JobBuilder(std::string name) : job_(std::move(name), {}) {}

    JobBuilder& command(std::string text) { job_.commands.push_back(std::move(text)); return *this; }
    JobBuilder& native(NativeWork::Body body, NativeOptions options = NativeOptions()) {
        job_.native = std::make_shared<const NativeWork>(std::move(body), std::move(options));
        return *this;
    }
    /// `job` of the same stage, or `stage.job`.
    JobBuilder& after(std::string job) { job_.dependencies.push_back(std::move(job)); return *this; }
    JobBuilder& environment(std::string name, std::string value) { job_.environment.insert_or_assign(std::move(name), std::move(value)); return *this; }
    JobBuilder& artifact(std::string glob) { job_.artifacts.push_back(std::move(glob)); return *this; }
    JobBuilder& junit_report(std::string glob) { job_.junit_reports.push_back(std::move(glob)); return *this; }
    /// Of one attempt.
    JobBuilder& timeout(std::chrono::milliseconds longest) { job_.timeout = longest; return *this; }
    JobBuilder& retry(int count, std::chrono::milliseconds delay = std::chrono::milliseconds(0)) {
        job_.retry_count = count;
        job_.retry_delay = delay;
        return *this;
    }
    JobBuilder& allow_failure(bool allowed = true) { job_.allow_failure = allowed; return *this; }
    JobBuilder& working_directory(std::string path) { job_.working_directory = std::move(path); return *this; }
    JobBuilder& wrap(std::vector<std::string> words) { job_.wrap = std::move(words); return *this; }
    JobBuilder& leftovers(LeftoverPolicy policy) { job_.leftovers = policy; return *this; }

    const PipelineJob& job() const noexcept { return job_; }

private:
    PipelineJob job_;
};
static_assert(!std::is_aggregate_v<JobBuilder>);

/// One stage.
class StageBuilder {
public:
    explicit StageBuilder(std::string name) : stage_(std::move(name)) {}

    StageBuilder& job(const JobBuilder& job) { stage_.jobs.push_back(job.job()); return *this; }
    StageBuilder& job(PipelineJob job) { stage_.jobs.push_back(std::move(job)); return *this; }
    /// A stage that has to end before.
    StageBuilder& after(std::string stage) { stage_.dependencies.push_back(std::move(stage)); return *this; }
    StageBuilder& environment(std::string name, std::string value) { stage_.environment.insert_or_assign(std::move(name), std::move(value)); return *this; }
    StageBuilder& allow_failure(bool allowed = true) { stage_.allow_failure = allowed; return *this; }
    /// One job after another; the first failure skips the rest.
    StageBuilder& sequential(bool is_sequential = true) { stage_.parallel = !is_sequential; return *this; }
    /// A condition: the branch matches one of these patterns.
    StageBuilder& branch(std::string glob) { stage_.conditions.branch.push_back(std::move(glob)); return *this; }
    /// A condition: the variable has just this value.
    StageBuilder& when(std::string variable, std::string value) { stage_.conditions.environment.insert_or_assign(std::move(variable), std::move(value)); return *this; }
    /// A condition: the expression holds.
    StageBuilder& when(std::string expression) { stage_.conditions.custom = std::move(expression); return *this; }

    const PipelineStage& stage() const noexcept { return stage_; }

private:
    PipelineStage stage_;
};
static_assert(!std::is_aggregate_v<StageBuilder>);

/// The whole.
class PipelineBuilder {
public:
    explicit PipelineBuilder(std::string name) { pipeline_.name = std::move(name); }

    PipelineBuilder& description(std::string text) { pipeline_.description = std::move(text); return *this; }
    PipelineBuilder& variable(std::string name, std::string value) { pipeline_.variables.insert_or_assign(std::move(name), std::move(value)); return *this; }
    PipelineBuilder& trigger(Trigger what) { pipeline_.triggers.push_back(what); return *this; }
    /// Of a whole run.
    PipelineBuilder& timeout(std::chrono::milliseconds longest) { pipeline_.timeout = longest; return *this; }
    PipelineBuilder& stage(const StageBuilder& stage) { pipeline_.stages.push_back(stage.stage()); return *this; }
    PipelineBuilder& stage(PipelineStage stage) { pipeline_.stages.push_back(std::move(stage)); return *this; }

    /// \throws ConfigError with every problem that a file of the same content would have
    Pipeline build() const;

private:
    Pipeline pipeline_;
};
static_assert(!std::is_aggregate_v<PipelineBuilder>);

}  // namespace kahn
