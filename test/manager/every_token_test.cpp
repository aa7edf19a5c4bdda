// Each asynchronous operation, local and remote, with each kind of completion token, and cancelled by each type of cancellation.
#include <kahn/manager/async_operations.hpp>

#include "manager/every_token.hpp"
#include "remote/scripted_transport.hpp"
#include "support/pipelines.hpp"

#include <string>
#include <string_view>

using namespace kahn;
using namespace kahn::test;

namespace {

/// Operations of this machine.
class LocalOperations : public NativePipelines {
public:
    std::unique_ptr<PipelineManager> manager = manager_on_context();

    auto run() {
        return [this](const std::function<bool()>& is_done) {
            run_until(is_done);
            return true;
        };
    }
};

/// Operations of GitHub, over a network that answers by script.
class RemoteOperations : public RemoteFixture {
public:
    RemoteOperations() {
        AsyncOptions all;
        all.remote = options;
        all.local = quiet_options(local.workspace);
        manager = std::make_unique<AsyncPipelineManager>(context.get_executor(), all);
        local.add_pipelines(manager->local());
    }

    NativePipelines local;
    std::unique_ptr<AsyncPipelineManager> manager;

    auto run() {
        return [this](const std::function<bool()>& is_done) { return clock->run(context, is_done); };
    }
    void answer_everything() {
        transport->handler = [](const remote::HttpRequest& request) {
            if (request.url.find("/dispatches") != std::string::npos) return answer(200, R"({"workflow_run_id":42})");
            if (request.url.find("/cancel") != std::string::npos) return answer(202, "{}");
            if (request.url.find("/rerun") != std::string::npos) return answer(201, "{}");
            if (request.url.find("/jobs") != std::string::npos) return answer(200, R"({"total_count":0,"jobs":[]})");
            if (request.url.find("/runs/42") != std::string::npos) return answer(200, run_json(42, "completed", "success"));
            return answer(200, list_json({run_json(42, "completed", "success")}));
        };
    }

    /// Calls `use(what its message begins with, operation)` for each, an operation being a function of a token.
    template <class Use>
    void for_each(const Use& use) {
        AsyncPipelineManager& github = *manager;
        const std::string owner = "acme";
        const std::string name = "rocket";
        TriggerOptions main_branch;
        main_branch.ref = "main";
        using remote::RerunKind;
        using remote::RunFilter;
        use("Pipeline triggered", [&](auto token) { return async_trigger_pipeline(github, "nightly", owner, name, "ci.yml", main_branch, token); });
        use("Pipeline completed", [&](auto token) { return async_get_pipeline_status(github, owner, name, 42, token); });
        use("Pipeline completed", [&](auto token) { return async_get_pipeline_status(github, owner, name, std::string("ci.yml"), token); });
        use("Pipeline completed", [&](auto token) { return async_wait_for_completion(github, owner, name, 42, WaitOptions(), token); });
        use("Pipeline cancellation", [&](auto token) { return async_cancel_pipeline(github, owner, name, 42, false, token); });
        use("Pipeline completed", [&](auto token) { return async_cancel_and_wait(github, owner, name, 42, CancelWaitOptions(), token); });
        use("Found 1 workflow runs", [&](auto token) { return async_get_workflow_runs(github, owner, name, RunFilter(), token); });
        use("", [&](auto token) { return async_rerun_pipeline(github, owner, name, 42, RerunKind::all_jobs, token); });
        use("", [&](auto token) { return async_get_jobs(github, owner, name, 42, token); });
    }
};

std::string error_kind(const AsyncPipelineResult& result) {
    if (!result.data || !result.data->contains("error_kind")) return "none";
    return std::string(result.data->at("error_kind").as_string());
}

const std::vector<PipelineStage>& two_stages() {
    static const std::vector<PipelineStage> stages{stage("a", {native_job("n", nothing)}), stage("b", {native_job("n", nothing)}, {"a"})};
    return stages;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(every_token, LocalOperations)

BOOST_AUTO_TEST_CASE(runs_a_pipeline) {
    EveryToken<Pipeline>(context, run(), [](const Pipeline& done) {
        BOOST_TEST((done.status == PipelineStatus::success));
    }).complete([&](auto token) { return async_run_pipeline(*manager, "quick", token); });
}

BOOST_AUTO_TEST_CASE(runs_a_pipeline_that_is_handed_over) {
    const Pipeline mine = PipelineBuilder("mine").stage(StageBuilder("s").job(native_job("n", nothing))).build();
    EveryToken<Pipeline>(context, run(), [](const Pipeline& done) {
        BOOST_TEST((done.status == PipelineStatus::success));
    }).complete([&](auto token) { return async_run_pipeline(*manager, mine, token); });
}

BOOST_AUTO_TEST_CASE(runs_stages) {
    EveryToken<ParallelExecution>(context, run(), [](const ParallelExecution& done) {
        BOOST_TEST(done.completed_stages == 2U);
    }).complete([&](auto token) { return async_parallel_pipeline_execution(*manager, two_stages(), token); });
}

BOOST_AUTO_TEST_CASE(shuts_down) {
    EveryToken<>(context, run(), [] {}).complete([&](auto token) { return async_shutdown(*manager, token); });
}

BOOST_AUTO_TEST_CASE(a_run_is_cancelled_by_terminal_alone) {
    EveryToken<Pipeline>(context, run(), [](const Pipeline& done) {
        BOOST_TEST((done.status == PipelineStatus::cancelled));
    }).cancel([&](auto token) { return async_run_pipeline(*manager, "endless", token); }, [&] { return begun == 1; });
}

BOOST_AUTO_TEST_CASE(stages_are_cancelled_by_terminal_alone) {
    const std::vector<PipelineStage> stages{stage("s", {native_job("n", endless())}), stage("t", {native_job("n", nothing)}, {"s"})};
    EveryToken<ParallelExecution>(context, run(), [](const ParallelExecution& done) {
        BOOST_TEST(done.completed_stages == 0U);
        BOOST_TEST((done.stage_results.at("s").status == PipelineStatus::cancelled));
        BOOST_TEST((done.stage_results.at("t").status == PipelineStatus::cancelled));
    }).cancel([&](auto token) { return async_parallel_pipeline_execution(*manager, stages, token); }, [&] { return begun == 1; });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(every_token_of_github, RemoteOperations)

BOOST_AUTO_TEST_CASE(completes_each_operation) {
    answer_everything();
    for_each([&](const std::string_view message, const auto& start) {
        EveryToken<AsyncPipelineResult>(context, run(), [&](const AsyncPipelineResult& result) {
            BOOST_TEST(!result.error, result.error.value_or(""));
            BOOST_TEST(!result.message.empty());
            BOOST_TEST(result.message.starts_with(message), result.message);
        }).complete(start);
    });
}

BOOST_AUTO_TEST_CASE(each_operation_is_cancelled_by_terminal_alone) {
    transport->handler = [](const remote::HttpRequest&) { return std::nullopt; };
    for_each([&](const std::string_view message, const auto& start) {
        const std::size_t before = transport->seen.size();
        EveryToken<AsyncPipelineResult>(context, run(), [&](const AsyncPipelineResult& result) {
            BOOST_TEST(result.error.has_value());
            // What may have been started says so.
            BOOST_TEST(error_kind(result) == (message == "Pipeline triggered" ? "outcome_unknown" : "cancelled"));
        }).cancel(start, [&] { return transport->seen.size() > before; });
    });
}

BOOST_AUTO_TEST_CASE(a_local_pipeline_beside_them) {
    EveryToken<AsyncPipelineResult>(context, run(), [](const AsyncPipelineResult& result) {
        BOOST_TEST((result.status == PipelineStatus::success));
    }).complete([&](auto token) { return async_run_local_pipeline(*manager, "quick", RunOptions(), token); });
    EveryToken<AsyncPipelineResult>(context, run(), [](const AsyncPipelineResult& result) {
        BOOST_TEST((result.status == PipelineStatus::cancelled));
    }).cancel([&](auto token) { return async_run_local_pipeline(*manager, "endless", RunOptions(), token); }, [&] { return local.begun == 1; });
}

BOOST_AUTO_TEST_CASE(whatever_else_is_to_be_awaited) {
    answer_everything();
    using Run = remote::Result<remote::WorkflowRun>;
    EveryToken<Run>(context, run(), [](const Run& result) {
        BOOST_TEST(result.value().id == 42);
    }).complete([&](auto token) { return async_operation(context.get_executor(), client().run(repository, 42), token); });

    transport->handler = [](const remote::HttpRequest&) { return std::nullopt; };
    const std::size_t before = transport->seen.size();
    EveryToken<Run>(context, run(), [](const Run& result) {
        BOOST_TEST((result.failure().kind == remote::ErrorKind::cancelled));
    }).cancel([&](auto token) { return async_operation(context.get_executor(), client().run(repository, 42), token); },
              [&] { return transport->seen.size() > before; });
}

BOOST_AUTO_TEST_SUITE_END()
