#include <kahn/monitor/pipeline_monitor.hpp>

#include <kahn/base/error.hpp>
#include <kahn/manager/pipeline_manager.hpp>
#include <kahn/store/store.hpp>

#include "support/manual_clock.hpp"
#include "support/records.hpp"
#include "support/scripted_executor.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <thread>

namespace kahn::test {
namespace {

constexpr auto passed = PipelineStatus::success;
constexpr auto failed = PipelineStatus::failure;
constexpr std::array all_types{ReportType::execution, ReportType::performance, ReportType::quality, ReportType::compliance, ReportType::summary};

/// A monitor with a workspace and a clock of its own that keeps what it logs.
struct Monitored {
    TemporaryDirectory workspace;
    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    std::mutex mutex;
    std::vector<std::string> log;
    PipelineMonitor monitor{workspace.path(), options()};

    MonitorOptions options() {
        MonitorOptions options;
        options.clock = clock;
        options.log_sink = [this](LogLevel level, std::string_view line) {
            const std::lock_guard lock(mutex);
            log.push_back(std::string(to_string(level)) + ": " + std::string(line));
        };
        return options;
    }
    /// A run of one job, so many seconds before the clock's now.
    void put(const std::string& id, PipelineStatus status, double ago, const std::string& pipeline = "p", double length = 2) {
        RunRecord run = record(id, status, {stage("s", {ran("a", status == passed ? passed : failed, 0, length)})}, length);
        run.pipeline.name = pipeline;
        run.pipeline.start_time = clock->system_now() - std::chrono::duration_cast<SystemTime::duration>(seconds(ago));
        run.pipeline.end_time = *run.pipeline.start_time + std::chrono::duration_cast<SystemTime::duration>(seconds(length));
        monitor.store()->put(run);
    }
};

PipelineJob ended(std::string name, PipelineStatus status, double length = 1) {
    PipelineJob out = job(std::move(name));
    out.status = status;
    out.duration = seconds(length);
    return out;
}

PipelineStage ended_stage(std::string name, PipelineStatus status, std::vector<PipelineJob> jobs, std::vector<std::string> dependencies = {}) {
    PipelineStage out = stage(std::move(name), std::move(jobs), std::move(dependencies));
    out.status = status;
    return out;
}

bool is(const Error& failure, Errc code) { return failure.code() == code; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pipeline_monitor, Monitored)

BOOST_AUTO_TEST_CASE(ids_of_one_name_in_one_instant_differ) {
    std::set<std::string> ids;
    for (int i = 0; i < 20; ++i) ids.insert(monitor.start_monitoring("p"));  // the clock stands still
    BOOST_TEST(ids.size() == 20U);
}

BOOST_AUTO_TEST_CASE(an_execution_recorded_by_hand_has_the_figures_of_its_jobs) {
    const std::string id = monitor.start_monitoring("p");
    clock->advance(std::chrono::seconds{5});
    monitor.record_stage_completion(id, ended_stage("build", passed, {ended("gcc", passed, 3), ended("clang", passed, 5)}));
    clock->advance(std::chrono::seconds{2});
    monitor.record_stage_completion(id, ended_stage("test", failed, {ended("unit", failed, 2), ended("docs", PipelineStatus::skipped, 0)}, {"build"}));
    const auto metrics = monitor.finish_monitoring(id);
    BOOST_TEST((metrics.status == failed));
    BOOST_TEST(metrics.executed_jobs == 3U);
    BOOST_TEST(*metrics.success_rate == 200.0 / 3, boost::test_tools::tolerance(1e-12));
    BOOST_TEST((metrics.duration == seconds(7)));
    BOOST_TEST((metrics.critical_path == seconds(7)));

    const RunRecord kept = monitor.store()->load(id);
    BOOST_TEST(kept.critical_path == (std::vector<std::string>{"clang", "unit"}), boost::test_tools::per_element());
    BOOST_TEST(kept.pipeline.reason.text() == "job_failed: test");
    BOOST_TEST(kept.levels == 2U);
}

BOOST_AUTO_TEST_CASE(jobs_alone_make_their_stage) {
    const std::string id = monitor.start_monitoring("p");
    clock->advance(std::chrono::seconds{3});
    monitor.record_job_completion(id, "build", ended("gcc", failed, 3));
    monitor.record_job_completion(id, "build", ended("gcc", passed, 2));  // over what was known
    auto lint = ended("lint", failed);
    lint.allow_failure = true;
    monitor.record_job_completion(id, "build", lint);
    const auto metrics = monitor.finish_monitoring(id);
    BOOST_TEST((metrics.status == passed));
    BOOST_TEST(metrics.total_jobs == 2U);
    BOOST_TEST(metrics.passed_jobs == 1U);
    BOOST_TEST((monitor.store()->load(id).pipeline.stages.at(0).status == passed));
}

BOOST_AUTO_TEST_CASE(a_stage_without_jobs_keeps_those_that_were_recorded) {
    const std::string id = monitor.start_monitoring("p");
    monitor.record_job_completion(id, "build", ended("gcc", passed));
    monitor.record_stage_completion(id, ended_stage("build", passed, {}));
    BOOST_TEST(monitor.finish_monitoring(id).passed_jobs == 1U);
}

BOOST_AUTO_TEST_CASE(an_execution_without_jobs_has_no_success_rate) {
    const auto metrics = monitor.finish_monitoring(monitor.start_monitoring("p"));
    BOOST_TEST(!metrics.success_rate);
    BOOST_TEST((metrics.status == passed));
}

BOOST_AUTO_TEST_CASE(the_status_may_be_given) {
    const auto id = monitor.start_monitoring("p");
    BOOST_TEST((monitor.finish_monitoring(id, PipelineStatus::cancelled).status == PipelineStatus::cancelled));
    BOOST_CHECK_EXCEPTION(monitor.finish_monitoring(monitor.start_monitoring("p"), PipelineStatus::running), Error,
                          [](const Error& failure) { return is(failure, Errc::invalid_argument); });
}

BOOST_AUTO_TEST_CASE(an_unknown_id_is_logged_and_not_thrown) {
    monitor.record_stage_completion("01NOBODY", ended_stage("s", passed, {}));
    monitor.record_job_completion("01NOBODY", "s", ended("j", passed));
    BOOST_TEST(log == (std::vector<std::string>{"warning: execution '01NOBODY' is not being monitored: stage 's' is not recorded",
                                                "warning: execution '01NOBODY' is not being monitored: job 'j' is not recorded"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_has_not_ended_is_logged_and_not_recorded) {
    const auto id = monitor.start_monitoring("p");
    monitor.record_job_completion(id, "s", ended("j", PipelineStatus::running));
    BOOST_TEST(log == (std::vector<std::string>{"warning: job 'j' has not ended: not recorded"}), boost::test_tools::per_element());
    BOOST_TEST(monitor.finish_monitoring(id).total_jobs == 0U);
}

BOOST_AUTO_TEST_CASE(finishing_an_unknown_or_a_finished_id_throws) {
    const auto is_unknown = [](const Error& failure) { return is(failure, Errc::unknown_run); };
    BOOST_CHECK_EXCEPTION(monitor.finish_monitoring("01NOBODY"), Error, is_unknown);
    const auto id = monitor.start_monitoring("p");
    monitor.finish_monitoring(id);
    BOOST_CHECK_EXCEPTION(monitor.finish_monitoring(id), Error, is_unknown);
    BOOST_TEST(log.size() == 2U);  // every error is logged before it propagates
}

BOOST_AUTO_TEST_CASE(what_was_recorded_is_there_before_the_end_and_for_others) {
    const auto id = monitor.start_monitoring("p");
    monitor.record_job_completion(id, "build", ended("gcc", passed));
    const store::Store other(workspace.path());
    const RunRecord seen = other.load(id);
    BOOST_TEST(seen.pipeline.stages.at(0).jobs.at(0).name == "gcc");
    BOOST_TEST((seen.pipeline.status == PipelineStatus::running));
    BOOST_TEST(!seen.is_interrupted);
    BOOST_TEST(monitor_pipeline_health("p", workspace.path()).active_executions == std::vector<std::string>{id}, boost::test_tools::per_element());
    monitor.finish_monitoring(id);
    BOOST_TEST(monitor.get_pipeline_health("p").active_executions.empty());
}

BOOST_AUTO_TEST_CASE(threads_may_record_at_once) {
    const auto id = monitor.start_monitoring("p");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 10; ++i) monitor.record_job_completion(id, "stage" + std::to_string(t), ended("job" + std::to_string(i), passed));
            const auto own = monitor.start_monitoring("q");
            monitor.finish_monitoring(own);
            monitor.get_pipeline_health("q");
        });
    }
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(monitor.finish_monitoring(id).passed_jobs == 40U);
    clock->advance(std::chrono::seconds{1});
    BOOST_TEST(monitor.get_metrics_summary(1).current.total_runs == 5U);
}

BOOST_AUTO_TEST_CASE(every_report_is_written_in_three_forms) {
    put("01RUN", failed, 100);
    const auto reports = generate_pipeline_reports("01RUN", workspace.path());
    BOOST_REQUIRE_EQUAL(reports.size(), 5U);
    for (std::size_t i = 0; i < reports.size(); ++i) {
        BOOST_TEST((reports[i].type == all_types[i]));
        BOOST_TEST((reports[i].html == monitor.store()->directory("01RUN") / "reports" / (std::string(to_string(all_types[i])) + ".html")));
        for (const auto& file : {reports[i].json, reports[i].markdown, reports[i].html}) BOOST_TEST(std::filesystem::file_size(file) > 100U);
    }
    BOOST_TEST(boost::json::parse(workspace.read(".kahn/runs/01RUN/reports/summary.json")).at("metrics").at("failed_jobs") == 1);
}

BOOST_AUTO_TEST_CASE(a_report_on_nothing_throws) {
    const auto is_unknown = [](const Error& failure) { return is(failure, Errc::unknown_run); };
    BOOST_CHECK_EXCEPTION(monitor.generate_report("01NOBODY"), Error, is_unknown);
    const TemporaryDirectory empty;
    BOOST_CHECK_EXCEPTION(generate_pipeline_reports("01NOBODY", empty.path()), Error, is_unknown);
    BOOST_TEST(!std::filesystem::exists(empty / ".kahn"));  // asking makes nothing
}

BOOST_AUTO_TEST_CASE(a_report_compares_with_the_runs_before_and_not_with_those_after) {
    for (int i = 0; i < 6; ++i) put("01OLD" + std::to_string(i), passed, 1000 - i, "p", 2);
    put("01THIS", passed, 500, "p", 4);
    put("01NEXT", failed, 100);
    const auto report = monitor.compute_report("01THIS", ReportType::performance);
    BOOST_TEST(report.history.runs.size() == 7U);
    BOOST_TEST(report.history.runs[0].id == "01THIS");
    BOOST_TEST((report.history.durations.p50 == seconds(2)));
    BOOST_REQUIRE_EQUAL(report.findings.size(), 1U);
    BOOST_TEST(report.findings[0] == "100 % slower than the median 2.00s of 7 successful runs, and beyond their p95 of 3.40s.");
}

BOOST_AUTO_TEST_CASE(a_pipeline_that_never_ran_is_unknown) {
    const auto health = monitor.get_pipeline_health("nobody");
    BOOST_TEST((health.status == HealthStatus::unknown));
    BOOST_TEST(!health.last_execution);
    const TemporaryDirectory empty;
    BOOST_TEST((monitor_pipeline_health("nobody", empty.path()).status == HealthStatus::unknown));
    BOOST_TEST(!std::filesystem::exists(empty / ".kahn"));
}

BOOST_AUTO_TEST_CASE(failing_since_reaches_beyond_the_window_of_health) {
    put("01GOOD", passed, 10'000);
    for (int i = 0; i < 45; ++i) put("01BAD" + std::to_string(10 + i), failed, 9'000 - i);
    const auto health = monitor.get_pipeline_health("p");
    BOOST_TEST((health.status == HealthStatus::failing));
    BOOST_TEST(health.runs == 20U);
    BOOST_REQUIRE(health.failing_since);
    BOOST_TEST(health.failing_since->run == "01BAD10");
    BOOST_TEST(health.failing_since->runs == 45U);
    BOOST_TEST(!health.failing_since->is_beyond);
}

BOOST_AUTO_TEST_CASE(one_pipelines_health_is_not_anothers) {
    for (int i = 0; i < 6; ++i) {
        put("01P" + std::to_string(i), passed, 100 + i, "p");
        put("01Q" + std::to_string(i), failed, 100 + i, "q");
    }
    BOOST_TEST((monitor.get_pipeline_health("p").status == HealthStatus::healthy));
    BOOST_TEST((monitor.get_pipeline_health("q").status == HealthStatus::failing));
}

BOOST_AUTO_TEST_CASE(a_summary_counts_the_period_and_the_one_before) {
    constexpr double day = 86'400;
    put("01A", passed, 0.5 * day, "p", 10);
    put("01B", failed, 0.9 * day, "q", 20);
    put("01C", passed, 0.1 * day, "q", 30);
    put("01D", passed, 1.5 * day, "p", 30);
    put("01E", passed, 2.5 * day, "p", 1000);
    const auto summary = monitor.get_metrics_summary(1);
    BOOST_TEST(summary.current.total_runs == 3U);
    BOOST_TEST(summary.current.successful_runs == 2U);
    BOOST_TEST(*summary.current.success_rate == 200.0 / 3, boost::test_tools::tolerance(1e-12));
    BOOST_TEST((*summary.current.average_duration == seconds(20)));
    BOOST_TEST(summary.current.most_active_pipeline == "q");
    BOOST_TEST(summary.previous.total_runs == 1U);
    BOOST_TEST(*summary.runs_change == 200.0);
    BOOST_TEST(*summary.duration_change == -100.0 / 3, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_summary_of_no_days_is_refused) {
    const auto is_refused = [](const Error& failure) { return is(failure, Errc::invalid_argument); };
    BOOST_CHECK_EXCEPTION(monitor.get_metrics_summary(0), Error, is_refused);
    BOOST_CHECK_EXCEPTION(monitor.get_metrics_summary(1'000'000), Error, is_refused);
    BOOST_TEST(monitor.get_metrics_summary(36'500).current.total_runs == 0U);
}

BOOST_AUTO_TEST_CASE(a_manager_feeds_the_monitor_by_its_events_alone) {
    const auto executor = std::make_shared<ScriptedExecutor>();
    executor->exits("test.unit", {1, 0});
    executor->exits("test.lint", {3});
    Options options;
    options.workspace_dir = workspace.path();
    options.engine.executor = executor;
    options.remembers = false;  // else the manager does it
    options.engine.observers.push_back(monitor.observer());
    PipelineManager manager(options);
    auto unit = job("unit");
    unit.retry_count = 1;
    auto definition = pipeline({single("build"), stage("test", {unit, job("lint")}, {"build"}), single("package", {"test"})});
    definition.name = "p";
    manager.create_pipeline(definition);
    const Pipeline run = manager.run_pipeline("p");

    const auto report = monitor.generate_report(run.run_id, ReportType::execution);
    BOOST_TEST((report.metrics.status == failed));
    BOOST_TEST(report.metrics.executed_jobs == 3U);
    BOOST_TEST(report.metrics.passed_jobs == 2U);
    BOOST_TEST(report.metrics.skipped_jobs == 1U);
    BOOST_TEST(report.metrics.retries == 1U);
    BOOST_TEST(report.findings == (std::vector<std::string>{"lint failed: exit 3.", "1 job was skipped because of that.", "Passed only on a retry: unit.",
                                                            "Flaky over the last 1 run: test.unit."}), boost::test_tools::per_element());
    BOOST_TEST(monitor.store()->runs().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_that_the_manager_records_is_not_recorded_twice) {
    Options options;
    options.workspace_dir = workspace.path();
    options.engine.executor = std::make_shared<ScriptedExecutor>();
    options.engine.observers.push_back(monitor.observer());  // hears the events before the manager's own recorder
    PipelineManager manager(options);
    manager.create_pipeline(pipeline({single("a"), single("b", {"a"})}));
    for (int i = 0; i < 3; ++i) {
        const Pipeline run = manager.run_pipeline("test");
        BOOST_TEST((run.status == passed), run.reason.text());
        const RunRecord kept = monitor.store()->load(run.run_id);
        BOOST_TEST((kept.pipeline.status == passed));
        BOOST_TEST(kept.pipeline.stages[1].jobs[0].attempts.size() == 1U);
    }
    BOOST_TEST(monitor.store()->runs().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_manager_elsewhere_is_recorded_here) {
    const TemporaryDirectory elsewhere;
    Options options;
    options.workspace_dir = elsewhere.path();
    options.engine.executor = std::make_shared<ScriptedExecutor>();
    options.engine.observers.push_back(monitor.observer());
    PipelineManager manager(options);
    manager.create_pipeline(pipeline({single("a")}));
    const Pipeline run = manager.run_pipeline("test");
    BOOST_TEST((monitor.store()->load(run.run_id).pipeline.status == passed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
