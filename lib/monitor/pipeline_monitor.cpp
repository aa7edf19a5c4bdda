#include <kahn/monitor/pipeline_monitor.hpp>

#include <kahn/base/error.hpp>
#include <kahn/render/report.hpp>
#include <kahn/store/store.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "base/ulid.hpp"
#include "monitor/attached_recorder.hpp"
#include "monitor/findings.hpp"
#include "monitor/health.hpp"
#include "monitor/history.hpp"
#include "monitor/log_tails.hpp"
#include "monitor/manual_run.hpp"
#include "monitor/metrics.hpp"
#include "monitor/run_queries.hpp"
#include "monitor/trends.hpp"
#include "store/folder.hpp"
#include "store/origin.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace kahn {
namespace {

namespace fs = std::filesystem;

constexpr int most_days = 36'500;

std::shared_ptr<store::Store> open_store(fs::path workspace, const MonitorOptions& options) {
    store::StoreOptions its;
    its.log_sink = options.log_sink;
    its.log_level = options.log_level;
    return std::make_shared<store::Store>(std::move(workspace), std::move(its));
}

/// Of a run that no engine runs there is no definition to digest.
RunOrigin manual_origin() {
    RunOrigin origin = store::complete_origin(RunOrigin(), Pipeline());
    origin.config_digest.clear();
    return origin;
}

void write_report(PipelineReport& report, const fs::path& directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (!error) fs::permissions(directory, fs::perms::owner_all, error);
    if (error) throw Error(Errc::write_failed, "cannot make '" + directory.string() + "': " + error.message());
    if (const auto folder = store::Folder::find(directory)) folder->remove_leftovers(".");
    const std::string name(to_string(report.type));
    report.json = directory / (name + ".json");
    report.markdown = directory / (name + ".md");
    report.html = directory / (name + ".html");
    write_file_atomically(report.json, render::to_json(report));
    write_file_atomically(report.markdown, render::to_markdown(report));
    write_file_atomically(report.html, render::to_html(report));
}

}  // namespace

struct PipelineMonitor::Impl {
    Impl(std::shared_ptr<store::Store> store_, MonitorOptions options)
        : store(std::move(store_)),
          clock(options.clock ? options.clock : real_clock()),
          logger(std::move(options.log_sink), options.log_level) {}

    /// Changes a run that is recorded by hand and writes it down; says so if there is none.
    template <class Change>
    void change(std::string_view id, const char* what, Change change) {
        const std::lock_guard lock(mutex);
        const auto found = manual.find(id);
        if (found == manual.end()) return logger.warning("execution '" + printable(id) + "' is not being monitored: " + what + " is not recorded");
        change(found->second);
        store->put(found->second.record());
    }

    std::shared_ptr<store::Store> store;
    std::shared_ptr<Clock> clock;
    Logger logger;
    std::mutex mutex;
    std::map<std::string, monitor::ManualRun, std::less<>> manual;
};

PipelineMonitor::PipelineMonitor(fs::path workspace, MonitorOptions options) : PipelineMonitor(open_store(std::move(workspace), options), options) {}

PipelineMonitor::PipelineMonitor(std::shared_ptr<store::Store> store, MonitorOptions options)
    : impl_(std::make_shared<Impl>(std::move(store), std::move(options))) {}

PipelineMonitor::~PipelineMonitor() = default;

std::shared_ptr<Observer> PipelineMonitor::observer() { return std::make_shared<monitor::AttachedRecorder>(impl_->store); }

const std::shared_ptr<store::Store>& PipelineMonitor::store() const noexcept { return impl_->store; }

std::string PipelineMonitor::start_monitoring(std::string_view pipeline_name) {
    const SystemTime now = impl_->clock->system_now();
    std::string id = new_ulid(now);
    monitor::ManualRun run(id, pipeline_name, manual_origin(), now);
    const std::lock_guard lock(impl_->mutex);
    impl_->store->put(run.record());
    impl_->manual.emplace(id, std::move(run));
    return id;
}

void PipelineMonitor::record_stage_completion(std::string_view execution_id, PipelineStage stage) {
    const std::string what = "stage '" + printable(stage.name) + "'";
    if (!is_end(stage.status)) return impl_->logger.warning(what + " has not ended: not recorded");
    impl_->change(execution_id, what.c_str(), [&](monitor::ManualRun& run) { run.stage_completed(std::move(stage), impl_->clock->system_now()); });
}

void PipelineMonitor::record_job_completion(std::string_view execution_id, std::string_view stage_name, PipelineJob job) {
    const std::string what = "job '" + printable(job.name) + "'";
    if (!is_end(job.status)) return impl_->logger.warning(what + " has not ended: not recorded");
    impl_->change(execution_id, what.c_str(), [&](monitor::ManualRun& run) { run.job_completed(stage_name, std::move(job), impl_->clock->system_now()); });
}

PipelineMetrics PipelineMonitor::finish_monitoring(std::string_view execution_id, std::optional<PipelineStatus> status) {
    if (status && !is_end(*status)) {
        impl_->logger.raise(Error(Errc::invalid_argument, "'" + std::string(to_string(*status)) + "' is no end of an execution"));
    }
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->manual.find(execution_id);
    if (found == impl_->manual.end()) {
        impl_->logger.raise(Error(Errc::unknown_run, "execution '" + printable(execution_id) + "' is not being monitored"));
    }
    monitor::ManualRun finished = found->second;  // what cannot be written down is still being monitored
    finished.finish(status, impl_->clock->system_now());
    impl_->store->put(finished.record());
    impl_->manual.erase(found);
    return monitor::measure(finished.record());
}

PipelineReport PipelineMonitor::compute_report(std::string_view execution_id, ReportType type) const {
    PipelineReport report;
    report.type = type;
    report.run = impl_->store->load(execution_id);
    report.execution_id = report.run.pipeline.run_id;
    report.pipeline_name = report.run.pipeline.name;
    report.generated_at = impl_->clock->system_now();
    monitor::fill_log_tails(report.run);
    report.metrics = monitor::measure(report.run);
    report.health = get_pipeline_health(report.pipeline_name);
    report.history = monitor::pipeline_history(monitor::records_until(*impl_->store, report.run, impl_->logger));
    report.findings = monitor::findings_of(report);
    return report;
}

PipelineReport PipelineMonitor::generate_report(std::string_view execution_id, ReportType type) {
    PipelineReport report = compute_report(execution_id, type);
    try {
        write_report(report, impl_->store->directory(report.execution_id) / "reports");
    } catch (const Error& failure) {
        impl_->logger.raise(failure);
    }
    return report;
}

PipelineHealth PipelineMonitor::get_pipeline_health(std::string_view pipeline_name) const {
    PipelineHealth health = monitor::judge_health(pipeline_name, monitor::newest_runs(*impl_->store, pipeline_name));
    health.failing_since = monitor::whole_streak(*impl_->store, pipeline_name, std::move(health.failing_since));
    health.active_executions = monitor::active_executions(*impl_->store, pipeline_name);
    return health;
}

MetricsSummary PipelineMonitor::get_metrics_summary(int days) const {
    if (days < 1 || days > most_days) impl_->logger.raise(Error(Errc::invalid_argument, "a summary is of 1 to 36500 days, not of " + std::to_string(days)));
    const auto length = std::chrono::hours{24} * days;
    const SystemTime until = impl_->clock->system_now();
    const SystemTime since = until - length;
    const SystemTime before = since - length;
    return monitor::compare_periods(monitor::period_metrics(impl_->store->totals(since, until), since, until),
                                    monitor::period_metrics(impl_->store->totals(before, since), before, since), days);
}

PipelineHealth monitor_pipeline_health(std::string_view pipeline_name, fs::path workspace) {
    if (!store::Store::is_there(workspace)) return monitor::judge_health(pipeline_name, {});
    return PipelineMonitor(std::move(workspace)).get_pipeline_health(pipeline_name);
}

std::vector<PipelineReport> generate_pipeline_reports(std::string_view execution_id, fs::path workspace) {
    if (!store::Store::is_there(workspace)) {
        throw Error(Errc::unknown_run, "no run '" + printable(execution_id) + "': nothing is recorded in '" + absolute_directory(workspace).string() + "'");
    }
    PipelineMonitor monitor(std::move(workspace));
    std::vector<PipelineReport> reports;
    for (const ReportType type : {ReportType::execution, ReportType::performance, ReportType::quality, ReportType::compliance, ReportType::summary}) {
        reports.push_back(monitor.generate_report(execution_id, type));
    }
    return reports;
}

}  // namespace kahn
