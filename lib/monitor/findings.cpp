#include "monitor/findings.hpp"

#include "base/text.hpp"
#include "monitor/health.hpp"
#include "monitor/streaks.hpp"
#include "render/reason_text.hpp"
#include "render/run_names.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace kahn::monitor {
namespace {

constexpr std::size_t most_named = 5;
constexpr double worth_saying = 10;  // per cent of difference to the usual duration

std::string counted(std::size_t n, const char* word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); }

class Findings {
public:
    explicit Findings(const PipelineReport& report) : report_(report), run_(report.run.pipeline), names_(run_) {}

    std::vector<std::string> take() {
        interruption();
        failures();
        streak();
        recovery();
        flaky();
        tests();
        duration();
        waits();
        return std::move(out_);
    }

private:
    template <class Each>
    void for_each_job(Each each) const {
        for (const PipelineStage& stage : run_.stages) {
            for (const PipelineJob& job : stage.jobs) each(stage, job);
        }
    }

    void interruption() {
        if (report_.run.is_interrupted) out_.push_back("The engine was killed before the run had ended; what it had recorded until then is shown.");
        if (run_.status == PipelineStatus::cancelled) {
            out_.push_back("The run was cancelled" + (run_.reason.detail().empty() ? "." : ": " + run_.reason.detail() + "."));
        }
        if (run_.reason.code() == Reason::Code::timeout) out_.push_back("The pipeline's time was up.");
    }

    void failures() {
        std::size_t failed = 0;
        std::size_t skipped = 0;
        for_each_job([&](const PipelineStage& stage, const PipelineJob& job) {
            skipped += job.reason.code() == Reason::Code::upstream_failed ? 1U : 0U;
            if (job.status != PipelineStatus::failure || job.allow_failure || stage.allow_failure) return;
            if (++failed > most_named) return;
            std::string text = names_.of(stage, job) + " failed: " + render::reason_text(job.reason);
            if (job.attempts.size() > 1) text += ", after " + counted(job.attempts.size(), "attempt");
            out_.push_back(text + ".");
        });
        if (failed > most_named) out_.push_back("And " + counted(failed - most_named, "job") + " more failed.");
        if (skipped > 0) out_.push_back(counted(skipped, "job") + (skipped == 1 ? " was" : " were") + " skipped because of that.");
    }

    void streak() {
        const auto& streak = report_.history.failing_since;
        if (!streak || streak->runs < 2) return;
        out_.push_back("Failing since run " + streak->run + (streak->time ? " of " + to_iso8601(*streak->time).substr(0, 10) : "") + ": " +
                       counted(streak->runs, "run") + " in a row" + (streak->is_beyond ? ", and no success before it is known." : "."));
    }

    void recovery() {
        if (run_.status != PipelineStatus::success) return;
        const auto& runs = report_.history.runs;
        const auto before = std::find_if(runs.begin(), runs.end(), [this](const RunOutcome& other) { return other.id != run_.run_id && is_verdict(other.status); });
        if (before != runs.end() && before->status == PipelineStatus::failure) out_.push_back("It passes again: the run before failed.");
    }

    void flaky() {
        std::vector<std::string> retried;
        for_each_job([&](const PipelineStage& stage, const PipelineJob& job) {
            if (job.status == PipelineStatus::success && job.attempts.size() > 1) retried.push_back(names_.of(stage, job));
        });
        list("Passed only on a retry: ", std::move(retried));
        std::vector<std::string> known;
        for (const JobHistory& job : report_.history.jobs) {
            if (job.is_flaky()) known.push_back(printable(job.stage + "." + job.job));
        }
        list("Flaky over the last " + counted(report_.history.runs.size(), "run") + ": ", std::move(known));
    }

    void tests() {
        const PipelineMetrics& metrics = report_.metrics;
        if (metrics.failed_tests > 0) out_.push_back(std::to_string(metrics.failed_tests) + " of " + counted(metrics.tests, "test") + " failed.");
        list("Flaky tests, failed and passed in this run: ", metrics.flaky_tests);
    }

    void duration() {
        const DurationStatistics& usual = report_.history.durations;
        if (run_.status != PipelineStatus::success) return;
        if (usual.samples < fewest_verdicts) {
            out_.push_back("Too few successful runs (" + std::to_string(usual.samples) + " of " + std::to_string(fewest_verdicts) + ") to call this one fast or slow.");
            return;
        }
        if (usual.p50 <= std::chrono::nanoseconds{0}) return;
        const double change = (static_cast<double>(run_.duration.count()) / static_cast<double>(usual.p50.count()) - 1.0) * 100.0;
        if (std::abs(change) < worth_saying) return;
        out_.push_back(std::to_string(std::lround(std::abs(change))) + " % " + (change > 0 ? "slower" : "faster") + " than the median " + format_duration(usual.p50) + " of " +
                       counted(usual.samples, "successful run") + (run_.duration > usual.p95 ? ", and beyond their p95 of " + format_duration(usual.p95) + "." : "."));
    }

    /// A limit was reached, and jobs waited for it.
    void waits() {
        const PipelineMetrics& metrics = report_.metrics;
        const bool is_full = report_.run.max_workers > 0 && metrics.peak_workers >= report_.run.max_workers;
        if (!is_full || metrics.queue_times.maximum * 10 < run_.duration) return;
        out_.push_back("Jobs waited up to " + format_duration(metrics.queue_times.maximum) + " for one of " + counted(report_.run.max_workers, "worker") + ".");
    }

    void list(const std::string& begin, std::vector<std::string> names) {
        if (names.empty()) return;
        const std::size_t more = names.size() > most_named ? names.size() - most_named : 0;
        names.resize(names.size() - more);
        out_.push_back(begin + join(names, ", ") + (more > 0 ? " and " + std::to_string(more) + " more." : "."));
    }

    const PipelineReport& report_;
    const Pipeline& run_;
    render::RunNames names_;
    std::vector<std::string> out_;
};

}  // namespace

std::vector<std::string> findings_of(const PipelineReport& report) { return Findings(report).take(); }

}  // namespace kahn::monitor
