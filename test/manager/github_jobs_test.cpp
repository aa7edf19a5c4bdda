#include <kahn/manager/pipeline_manager.hpp>
#include <kahn/manager/rerun.hpp>

#include "remote/server_fixture.hpp"
#include "support/event_recorder.hpp"
#include "support/pipelines.hpp"
#include "support/scripted_executor.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <string>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;
using testing::FaultRule;
using testing::JobPlan;
using testing::Listener;
using testing::RunPlan;
using testing::StepPlan;
using testing::TimelinePoint;

namespace {

/// Tells when a job says something.
class LineWatch final : public Observer {
public:
    std::string wanted;
    std::function<void()> then;

    void on_event(const Event& event) override {
        const auto* const output = std::get_if<event::JobOutput>(&event.what);
        if (!output || !then || output->text.find(wanted) == std::string_view::npos) return;
        const auto action = std::exchange(then, nullptr);
        action();
    }
};

/// A manager whose jobs run on the fake server, in its time; local ones run nowhere.
struct GithubJobsFixture : ServerFixture {
    GithubJobsFixture() { options.visibility_grace = 5s; }

    static PipelineJob remote_job(std::string name = "remote") {
        PipelineJob job(std::move(name), {});
        GithubWorkflow& workflow = job.github.emplace();
        workflow.repo = "acme/rocket";
        workflow.workflow = "ci.yml";
        return job;
    }
    /// What the workflow's runs will do.
    void plan(const RunPlan& its) {
        server.edit([&](testing::World& world) { world.repository("acme", "rocket").workflows.at(0).plan = its; });
    }
    void plan_end(const std::string& conclusion) {
        RunPlan its;
        its.timeline = {TimelinePoint(0ms, "queued"), TimelinePoint(1s, "in_progress"), TimelinePoint(3s, "completed", conclusion)};
        its.jobs = {JobPlan("lint", 1s, 2s), JobPlan("test", 1s, 3s, conclusion)};
        its.jobs.back().steps = {StepPlan("make", 1s, 2s), StepPlan("make test", 2s, 3s, conclusion)};
        plan(its);
    }
    void plan_endless() {
        RunPlan its;
        its.timeline = {TimelinePoint(0ms, "in_progress")};
        plan(its);
    }

    PipelineManager& manager() {
        if (!manager_) {
            options.transport = std::make_shared<CountingTransport>(remote::make_https_transport(options.network, lookup), clock);
            Options wanted;
            wanted.workspace_dir = directory.path();
            wanted.engine.executor = local;
            wanted.engine.clock = clock;
            wanted.engine.max_workers = 1;
            wanted.engine.observers = {events, lines};
            wanted.remote = options;
            wanted.remembers = remembers;
            wanted.log_sink = [this](LogLevel, std::string_view line) { log += std::string(line) + "\n"; };
            manager_ = std::make_unique<PipelineManager>(context.get_executor(), wanted);
        }
        return *manager_;
    }
    void start(Pipeline definition, RunOptions run_options = RunOptions()) {
        result.reset();
        run_options.branch = "main";
        manager().create_pipeline(definition);
        boost::asio::co_spawn(context, manager().run_pipeline_async(definition.name, std::move(run_options)),
                              [this](const std::exception_ptr& thrown, Pipeline run) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  result = std::move(run);
                              });
    }
    const Pipeline& finish() {
        if (!clock->run(context, [this] { return result.has_value(); })) throw std::runtime_error("the run hangs");
        return *result;
    }
    const Pipeline& run(Pipeline definition, RunOptions run_options = RunOptions()) {
        start(std::move(definition), std::move(run_options));
        return finish();
    }
    /// Runs one job and returns what became of it.
    const PipelineJob& run_job(PipelineJob job) { return run(pipeline({stage("s", {std::move(job)})})).stages.at(0).jobs.at(0); }

    std::size_t dispatches() { return server.recorder().count(Listener::api, "POST", "/dispatches$"); }
    std::size_t cancels() { return server.recorder().count(Listener::api, "POST", "/cancel$"); }
    void when_it_says(std::string text, std::function<void()> action) {
        lines->wanted = std::move(text);
        lines->then = std::move(action);
    }
    void drop_manager() { manager_.reset(); }

    TemporaryDirectory directory;
    std::shared_ptr<ScriptedExecutor> local = std::make_shared<ScriptedExecutor>();
    std::shared_ptr<EventRecorder> events = std::make_shared<EventRecorder>();
    std::shared_ptr<LineWatch> lines = std::make_shared<LineWatch>();
    bool remembers = false;
    std::string log;
    std::optional<Pipeline> result;

private:
    std::unique_ptr<PipelineManager> manager_;
};

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(github_jobs, GithubJobsFixture)

BOOST_AUTO_TEST_CASE(a_workflow_is_started_once_followed_to_its_end_and_told_of_in_the_log) {
    plan_end("success");
    const PipelineJob& job = run_job(remote_job());
    BOOST_TEST((job.status == PipelineStatus::success), job.reason.text());
    BOOST_TEST((result->status == PipelineStatus::success));
    BOOST_TEST(dispatches() == 1U);
    BOOST_TEST(cancels() == 0U);
    const std::string said = content(job.attempts.at(0).log);
    const std::string id = job.outputs.at("run_id");
    BOOST_TEST(has(said, "started run " + id + " of acme/rocket (https://"), said);
    for (const char* line : {"starting workflow ci.yml of acme/rocket\n", " at main\n", "\nqueued\n", "\nin progress\n",
                             "\ncompleted: success\n", "\njob lint: success\n", "\njob test: success\n"}) {
        BOOST_TEST(has(said, line), line << " in " << said);
    }
    BOOST_TEST(has(job.output, "completed: success"));
    BOOST_TEST(job.outputs.at("conclusion") == "success");
    BOOST_TEST(has(job.outputs.at("html_url"), "/actions/runs/" + id));
    BOOST_TEST(server.recorder().breaches().empty());
}

BOOST_AUTO_TEST_CASE(a_failure_names_its_conclusion_its_jobs_and_steps_and_its_address) {
    plan_end("failure");
    const PipelineJob& job = run_job(remote_job());
    BOOST_TEST((job.status == PipelineStatus::failure));
    BOOST_TEST((job.reason.code() == Reason::Code::failed));
    BOOST_TEST(job.reason.detail().starts_with("conclusion failure, job test, step make test: run "), job.reason.detail());
    BOOST_TEST(has(job.reason.detail(), "/actions/runs/"));
    BOOST_TEST(has(job.error, "job test: failure\n    step 2, make test: failure\n"), job.error);
    BOOST_TEST(job.outputs.empty());
    BOOST_TEST(!job.exit_code.has_value());
}

BOOST_AUTO_TEST_CASE(every_conclusion_comes_to_what_the_table_says) {
    plan_end("neutral");
    BOOST_TEST((run_job(remote_job()).status == PipelineStatus::success));
    BOOST_TEST(result->stages[0].jobs[0].outputs.at("conclusion") == "neutral");
    plan_end("skipped");
    BOOST_TEST((run_job(remote_job()).status == PipelineStatus::success));
    BOOST_TEST_REQUIRE(result->stages[0].jobs[0].warnings.size() == 1U);
    BOOST_TEST(has(result->stages[0].jobs[0].warnings[0], "skipped all of its jobs"));
    for (const char* conclusion : {"timed_out", "startup_failure", "action_required", "stale"}) {
        plan_end(conclusion);
        const PipelineJob& job = run_job(remote_job());
        BOOST_TEST((job.status == PipelineStatus::failure));
        BOOST_TEST(has(job.reason.detail(), std::string("conclusion ") + conclusion), job.reason.detail());
    }
}

BOOST_AUTO_TEST_CASE(a_run_that_somebody_cancels_on_github_is_cancelled_and_not_tried_again) {
    plan_end("cancelled");
    PipelineJob remote = remote_job();
    remote.retry_count = 2;
    const Pipeline& ended = run(pipeline({stage("s", {remote}), single("after", {"s"})}));
    const PipelineJob& job = ended.stages[0].jobs[0];
    BOOST_TEST((job.status == PipelineStatus::cancelled));
    BOOST_TEST(has(job.reason.detail(), "was cancelled on GitHub"), job.reason.detail());
    BOOST_TEST((ended.stages[1].status == PipelineStatus::cancelled));
    BOOST_TEST((ended.status == PipelineStatus::cancelled));
    BOOST_TEST(has(ended.reason.detail(), "was cancelled on GitHub"), ended.reason.text());
    BOOST_TEST(dispatches() == 1U);
}

BOOST_AUTO_TEST_CASE(a_timeout_cancels_the_run_there_and_another_attempt_starts_another_one) {
    plan_endless();
    PipelineJob remote = remote_job();
    remote.timeout = 60s;
    remote.retry_count = 1;
    const PipelineJob& job = run_job(remote);
    BOOST_TEST((job.status == PipelineStatus::failure));
    BOOST_TEST((job.reason.code() == Reason::Code::timeout), job.reason.text());
    BOOST_TEST_REQUIRE(job.attempts.size() == 2U);
    BOOST_TEST(has(job.attempts[1].outcome.message, "has ended on GitHub: cancelled"), job.attempts[1].outcome.message);
    BOOST_TEST(dispatches() == 2U);
    BOOST_TEST(cancels() == 2U);
}

BOOST_AUTO_TEST_CASE(a_run_that_does_not_end_in_the_grace_is_said_to_go_on_and_is_not_started_again) {
    RunPlan its;
    its.timeline = {TimelinePoint(0ms, "in_progress")};
    its.cancel_delay = 120s;
    plan(its);
    PipelineJob remote = remote_job();
    remote.timeout = 60s;
    remote.retry_count = 3;
    const PipelineJob& job = run_job(remote);
    BOOST_TEST((job.status == PipelineStatus::failure));
    BOOST_TEST((job.reason.code() == Reason::Code::unkillable), job.reason.text());
    BOOST_TEST(has(job.reason.detail(), "may go on: it has not ended 10.0s after it was told to"), job.reason.detail());
    BOOST_TEST(dispatches() == 1U);
    BOOST_TEST(cancels() == 1U);
}

BOOST_AUTO_TEST_CASE(cancelling_the_pipeline_cancels_the_run_there) {
    plan_endless();
    when_it_says("in progress", [this] { manager().cancel_pipeline("test", "SIGINT"); });
    const PipelineJob& job = run_job(remote_job());
    BOOST_TEST((job.status == PipelineStatus::cancelled));
    BOOST_TEST(job.reason.text() == "cancelled: SIGINT");
    BOOST_TEST((result->status == PipelineStatus::cancelled));
    BOOST_TEST(has(job.error, "GitHub was asked to cancel run "), job.error);
    BOOST_TEST(has(job.error, "has ended on GitHub: cancelled"), job.error);
    BOOST_TEST(cancels() == 1U);
}

BOOST_AUTO_TEST_CASE(cancelling_twice_still_tells_github_and_does_not_wait) {
    RunPlan its;
    its.timeline = {TimelinePoint(0ms, "in_progress")};
    its.cancel_delay = 120s;
    plan(its);
    when_it_says("in progress", [this] {
        manager().cancel_pipeline("test", "SIGINT");
        manager().cancel_pipeline("test", "SIGINT");
    });
    const auto before = clock->passed();
    const PipelineJob& job = run_job(remote_job());
    BOOST_TEST((job.status == PipelineStatus::cancelled));
    BOOST_TEST((job.reason.code() == Reason::Code::unkillable), job.reason.text());
    BOOST_TEST(cancels() == 1U);
    BOOST_TEST((clock->passed() - before < 5s));
}

BOOST_AUTO_TEST_CASE(a_run_that_had_ended_before_it_was_told_to_has_its_own_conclusion) {
    RunPlan its;
    its.timeline = {TimelinePoint(0ms, "in_progress"), TimelinePoint(30s, "completed", "success")};
    plan(its);
    when_it_says("in progress", [this] {
        clock->advance(60s);  // it ends, and nobody here has seen it yet
        manager().cancel_pipeline("test", "SIGINT");
    });
    BOOST_TEST((run_job(remote_job()).status == PipelineStatus::success));
    BOOST_TEST(cancels() == 1U);
}

BOOST_AUTO_TEST_CASE(another_attempt_after_a_failure_is_a_new_run) {
    plan_end("failure");
    when_it_says("completed: failure", [this] { plan_end("success"); });
    PipelineJob remote = remote_job();
    remote.retry_count = 2;
    const PipelineJob& job = run_job(remote);
    BOOST_TEST((job.status == PipelineStatus::success), job.reason.text());
    BOOST_TEST(job.attempts.size() == 2U);
    BOOST_TEST(dispatches() == 2U);
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/rerun") == 0U);
}

BOOST_AUTO_TEST_CASE(a_dispatch_whose_outcome_nobody_knows_is_never_repeated) {
    server.script(FaultRule("POST", "/dispatches$", testing::always(), testing::drop()));
    PipelineJob remote = remote_job();
    remote.retry_count = 5;
    const PipelineJob& job = run_job(remote);
    BOOST_TEST((job.status == PipelineStatus::failure));
    BOOST_TEST((job.reason.code() == Reason::Code::status_lost));
    BOOST_TEST(job.reason.detail().starts_with("outcome_unknown: dispatch outcome unknown: "), job.reason.detail());
    BOOST_TEST(has(job.reason.detail(), "look at the workflow's runs"));
    BOOST_TEST(job.attempts.size() == 1U);
    BOOST_TEST(dispatches() == 1U);
}

BOOST_AUTO_TEST_CASE(a_dispatch_that_arrived_and_whose_answer_was_lost_is_found_and_followed) {
    plan_end("success");
    server.script(FaultRule("POST", "/dispatches$", testing::nth(1), testing::commit_then_drop()));
    const PipelineJob& job = run_job(remote_job());
    BOOST_TEST((job.status == PipelineStatus::success), job.reason.text());
    BOOST_TEST(dispatches() == 1U);
}

BOOST_AUTO_TEST_CASE(a_wrong_token_is_said_with_its_kind_and_a_hint_and_never_shown) {
    options.api_token = remote::Secret("wr0ng");
    const PipelineJob& job = run_job(remote_job());
    BOOST_TEST((job.reason.code() == Reason::Code::not_started));
    BOOST_TEST(job.reason.detail().starts_with("the workflow could not be started: auth: HTTP 401"), job.reason.detail());
    BOOST_TEST(has(job.reason.detail(), "; "));
    BOOST_TEST(!has(content(job.attempts.at(0).log) + log + job.reason.text(), "wr0ng"));
}

BOOST_AUTO_TEST_CASE(what_github_refuses_is_told_in_its_words) {
    PipelineJob remote = remote_job();
    remote.github->ref = "nowhere";
    BOOST_TEST(has(run_job(remote).reason.detail(), "No ref found for: nowhere"));
    remote.github->ref = "";
    remote.github->inputs = {{"foo", "1"}};
    BOOST_TEST(has(run_job(remote).reason.detail(), "Unexpected inputs provided"));
    remote = remote_job();
    remote.environment = {{"NAME", "not a repo"}};
    remote.github->repo = "acme/${NAME}";
    BOOST_TEST((run_job(remote).reason.code() == Reason::Code::not_started));
}

BOOST_AUTO_TEST_CASE(a_run_that_is_deleted_while_it_is_followed_is_lost_and_not_started_again) {
    plan_endless();
    when_it_says("in progress", [this] {
        server.edit([](testing::World& world) { world.repository("acme", "rocket").runs.clear(); });
    });
    PipelineJob remote = remote_job();
    remote.retry_count = 2;
    const PipelineJob& job = run_job(remote);
    BOOST_TEST((job.reason.code() == Reason::Code::status_lost));
    BOOST_TEST(has(job.reason.detail(), "cannot be followed any more: not_found: "), job.reason.detail());
    BOOST_TEST(dispatches() == 1U);
}

BOOST_AUTO_TEST_CASE(without_waiting_the_job_has_succeeded_once_the_workflow_is_started) {
    plan_endless();
    PipelineJob remote = remote_job();
    remote.github->wait = false;
    const PipelineJob& job = run_job(remote);
    BOOST_TEST((job.status == PipelineStatus::success), job.reason.text());
    BOOST_TEST(job.outputs.contains("run_id"));
    BOOST_TEST(!job.outputs.contains("conclusion"));
    BOOST_TEST(server.recorder().count(Listener::api, "GET", "/runs") == 0U);
}

BOOST_AUTO_TEST_CASE(it_takes_no_worker_and_its_outputs_reach_what_depends_on_it) {
    plan_end("success");
    PipelineJob after = job("after", {"remote"});
    const Pipeline& ended = run(pipeline({stage("s", {remote_job(), remote_job("another"), job("beside"), after})}));
    BOOST_TEST((ended.status == PipelineStatus::success));
    // One worker, and the local job has ended before either run.
    BOOST_TEST(events->index_of("job_finished s.beside success") < events->index_of("job_finished s.remote success"));
    BOOST_TEST(events->index_of("job_started s.another 1") < events->index_of("job_finished s.remote success"));
    BOOST_TEST(dispatches() == 2U);
    BOOST_TEST_REQUIRE(local->requests().size() == 2U);
    const Variables& seen = local->requests().back().environment;
    BOOST_TEST(seen.at("conclusion") == "success");
    BOOST_TEST(seen.at("run_id") == ended.stages[0].jobs[0].outputs.at("run_id"));
    // Both runs are asked for in one list.
    BOOST_TEST(server.recorder().count(Listener::api, "GET", "/runs\\?per_page=100") > 0U);
}

BOOST_AUTO_TEST_CASE(a_manager_that_goes_says_what_goes_on_and_asks_nobody) {
    plan_endless();
    bool is_going = false;
    when_it_says("in progress", [&] { is_going = true; });
    start(pipeline({stage("s", {remote_job()})}));
    BOOST_TEST_REQUIRE(clock->run(context, [&] { return is_going; }));
    drop_manager();
    BOOST_TEST(has(log, "job 's.remote': run "), log);
    BOOST_TEST(has(log, " goes on on GitHub, and nobody follows it any more"), log);
    BOOST_TEST((finish().status == PipelineStatus::cancelled));
    BOOST_TEST(cancels() == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_of_it_is_made_or_read_without_such_a_job) {
    options.base_url = "ftp://nonsense";
    const Pipeline& ended = run(pipeline({single("local")}));
    BOOST_TEST((ended.status == PipelineStatus::success));
    const PipelineJob& job = run_job(remote_job());
    BOOST_TEST((job.status == PipelineStatus::failure));
    BOOST_TEST(has(job.reason.detail(), "no http or https URL"), job.reason.detail());
}

BOOST_AUTO_TEST_CASE(a_rerun_takes_a_success_over_and_starts_what_has_changed) {
    remembers = true;
    plan_end("success");
    Pipeline definition = pipeline({stage("s", {remote_job(), job("last", {"remote"})})});
    local->exits("s.last", {1, 0});
    const std::string first = run(definition).run_id;
    BOOST_TEST((result->status == PipelineStatus::failure));
    const auto again = [&](bool has_changed) {
        RerunOptions wanted;
        if (has_changed) {
            wanted.definition = definition;
            wanted.definition->stages[0].jobs[0].github->ref = "main";
        }
        Rerun prepared = prepare_rerun(manager().store(), first, wanted);
        return run(prepared.pipeline, prepared.run).stages[0].jobs[0];
    };
    const PipelineJob reused = again(false);
    BOOST_TEST((reused.status == PipelineStatus::success));
    BOOST_TEST(reused.reused_from == first);
    BOOST_TEST(reused.outputs.at("conclusion") == "success");
    BOOST_TEST(dispatches() == 1U);
    BOOST_TEST(again(true).reused_from == "");
    BOOST_TEST(dispatches() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
