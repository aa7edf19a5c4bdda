#pragma once

#include "support/records.hpp"

#include <string>
#include <vector>

namespace kahn::test {

/// Text with everything that HTML, XML, JSON, Markdown or a terminal might take for something else.
inline const std::string hostile_text =
    "</script><script>document.title='owned'</script><!-- \" ' & ]]> <img src=x onerror=console.error(1)> ``` | * _x_ \x1B[31mred\x1B[0m \x1B]0;title\x07 "
    "\xE2\x80\xAE" "desrever \x01\x02 \xC2\x85 \xFF\xFE broken \xEF\xBF\xBE";

/// A run of 12 jobs in 6 stages as one sees it: a retry, a failure, an allowed failure, what was skipped for it, tests, artifacts.
inline PipelineReport sample_report(ReportType type = ReportType::execution) {
    constexpr auto ok = PipelineStatus::success;
    constexpr auto bad = PipelineStatus::failure;
    std::vector<PipelineStage> stages;
    stages.push_back(stage("fetch", {ran("fetch", ok, 0.01, 1.2)}));
    stages.push_back(stage("lint", {ran("lint", bad, 1.22, 4.8, 0.002)}, {"fetch"}));
    stages.back().allow_failure = true;
    stages.back().jobs[0].error = "src/a.cpp:10:3: \x1B[1;33mwarning\x1B[0m: unused variable 'x'\n";
    stages.push_back(stage("codegen", {ran("codegen", ok, 1.25, 2.4, 0.01)}, {"fetch"}));
    stages.push_back(stage("build", {ran("gcc", ok, 3.7, 61.4, 0.02), ran("clang", ok, 6.05, 31.7, 2.33), ran("docs", ok, 38, 12, 30)}, {"fetch", "codegen"}));
    stages.back().jobs[0].collected_artifacts.push_back(Artifact("build.gcc/kahn", 4'831'016, std::string(64, 'a')));
    stages.back().jobs[0].warnings.push_back("no file matches artifact 'build/*.deb'");
    stages.push_back(stage("test", {ran("unit (gcc)", {attempt(1, bad, 65.2, 9.1, 0.05), attempt(2, bad, 76.3, 9.3)}), ran("unit (clang)", {attempt(1, bad, 65.3, 8.2, 0.1), attempt(2, ok, 75.6, 8.4)}),
                                    ran("asan", ok, 65.3, 24.1, 0.2)}, {"build", "lint"}));
    PipelineJob& unit = stages.back().jobs[0];
    unit.output = "Running 390 test cases...\n*** 1 failure is detected in the test module \"scheduler\"\n";
    unit.error = "test/scheduler_test.cpp(88): error: in \"levels/diamond\": check l.size() == 3 has failed [4 != 3]\n";
    unit.attempts.back().log = ".kahn/runs/01J9ZK4Q6M0000000000000000/logs/test.unit-gcc.2.log";
    unit.tests.emplace();
    unit.tests->total = 390;
    unit.tests->failed = 1;
    unit.tests->failed_names = {"levels.diamond"};
    unit.tests->flaky_names = {"driver.at_size"};
    stages.push_back(stage("package", {job("deb"), job("rpm")}, {"test"}));
    stages.push_back(stage("deploy", {job("deploy")}, {"package"}));
    for (std::size_t s = 5; s < 7; ++s) {
        stages[s].status = PipelineStatus::skipped;
        stages[s].reason = Reason(Reason::Code::upstream_failed, "unit (gcc)");
        for (PipelineJob& job : stages[s].jobs) {
            job.status = PipelineStatus::skipped;
            job.reason = stages[s].reason;
        }
    }
    const std::vector<double> stage_length{1.2, 4.8, 2.4, 61.4, 24.1, 0, 0};
    for (std::size_t s = 0; s < stages.size(); ++s) {
        if (s < 5) stages[s].status = s == 1 || s == 4 ? bad : ok;
        stages[s].duration = seconds(stage_length[s]);
        if (s < 5) stages[s].start_time = stages[s].jobs[0].start_time;
    }

    PipelineReport report;
    report.type = type;
    report.run = record("01J9ZK4Q6M0000000000000000", bad, std::move(stages), 89.7);
    report.run.pipeline.name = "build-and-test";
    report.run.pipeline.reason = Reason(Reason::Code::job_failed, "test");
    report.run.pipeline.source = "ci.yaml";
    report.run.max_workers = 4;
    report.run.critical_path = {"fetch", "codegen", "gcc", "asan"};
    report.run.origin.commit = "742aed1f00dfeedbeef00112233445566778899a";
    report.run.origin.branch = "main";
    report.run.origin.user = "ada";
    report.run.origin.host = "builder-3";
    report.run.origin.version = "0.1.0";
    report.run.origin.config_digest = std::string(64, 'c');
    report.run.origin.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    report.execution_id = report.run.pipeline.run_id;
    report.pipeline_name = report.run.pipeline.name;
    report.generated_at = at(100);

    PipelineMetrics& metrics = report.metrics;
    metrics.execution_id = report.execution_id;
    metrics.pipeline_name = report.pipeline_name;
    metrics.status = bad;
    metrics.start_time = at(0);
    metrics.end_time = at(89.7);
    metrics.duration = seconds(89.7);
    metrics.total_stages = 7;
    metrics.total_jobs = 12;
    metrics.executed_jobs = 9;
    metrics.passed_jobs = 7;
    metrics.failed_jobs = 2;
    metrics.skipped_jobs = 3;
    metrics.success_rate = 700.0 / 9.0;
    metrics.critical_path = seconds(89.1);
    metrics.worker_use = 48.5;
    metrics.peak_workers = 3;
    metrics.tests = 390;
    metrics.failed_tests = 1;

    report.health.pipeline_name = report.pipeline_name;
    report.health.status = HealthStatus::degraded;
    report.health.explanation = "the last run failed; 3 of the last 20 runs failed";
    report.health.runs = 20;
    report.history.durations.samples = 17;
    report.history.durations.p50 = seconds(84);
    report.history.durations.p95 = seconds(120);
    report.history.runs = {outcome("01J9ZK4Q6M0000000000000000", bad, 0, 89.7, 7, 2), outcome("01J9YT07000000000000000000", ok, -5000, 84, 12)};
    JobHistory history;
    history.stage = "test";
    history.job = "unit (gcc)";
    history.executed = 20;
    history.passed = 17;
    history.retried = 4;
    history.passed_on_retry = 3;
    history.durations.samples = 17;
    history.durations.p50 = seconds(9);
    history.durations.p95 = seconds(18);
    history.failing_since.emplace();
    history.failing_since->run = report.execution_id;
    history.failing_since->runs = 1;
    report.history.jobs = {history};
    report.findings = {"unit (gcc) failed: exit 1, attempt 2 of 2.", "unit (clang) is flaky: it passed on a retry.", "7% slower than the median of 17 successful runs."};
    return report;
}

/// The same with hostile text in every place that comes from outside.
inline PipelineReport hostile_report(ReportType type = ReportType::execution) {
    PipelineReport report = sample_report(type);
    Pipeline& run = report.run.pipeline;
    run.name = report.pipeline_name = hostile_text;
    run.source = hostile_text;
    run.reason = Reason(Reason::Code::job_failed, hostile_text);
    for (PipelineStage& stage : run.stages) {
        stage.name += hostile_text;
        for (std::string& dependency : stage.dependencies) dependency += hostile_text;
        stage.reason = Reason(Reason::Code::upstream_failed, hostile_text);
        for (PipelineJob& job : stage.jobs) {
            job.name += hostile_text;
            job.commands = {hostile_text};
            job.output = job.error = "\n" + hostile_text + "\nline 2";
            job.warnings = {hostile_text};
            job.digest = job.reused_from = hostile_text;
            job.reason = Reason(Reason::Code::exit_code, hostile_text);
            job.collected_artifacts.push_back(Artifact(hostile_text, 1, hostile_text));
            for (JobAttempt& attempt : job.attempts) {
                attempt.log = hostile_text;
                attempt.reason = Reason(Reason::Code::exit_code, hostile_text);
            }
            if (job.tests) job.tests->failed_names = job.tests->flaky_names = {hostile_text};
        }
    }
    RunOrigin& origin = report.run.origin;
    for (std::string* text : {&origin.parent, &origin.trace_id, &origin.config_digest, &origin.commit, &origin.branch, &origin.user, &origin.host,
                              &origin.working_directory, &origin.version, &report.health.explanation, &report.history.jobs[0].stage,
                              &report.history.jobs[0].job}) {
        *text = hostile_text;
    }
    report.findings = {hostile_text};
    return report;
}

}  // namespace kahn::test
