#pragma once

#include <kahn/model/event.hpp>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kahn::test {

/// Keeps the stream as short lines: `job_started build.a 1`, `job_finished build.a failure exit_code: exit 3`, ...
/// Output is left out.
class EventRecorder final : public Observer {
public:
    void on_event(const Event& event) override {
        sequences_.push_back(event.sequence);
        std::string line = std::visit([&](const auto& what) { return describe(event, what); }, event.what);
        if (!line.empty()) lines_.push_back(line);
        if (hook_) hook_(line);
    }

    /// Called with each line after it was kept.
    void on_line(std::function<void(const std::string&)> hook) { hook_ = std::move(hook); }

    const std::vector<std::string>& lines() const noexcept { return lines_; }
    const std::vector<std::uint64_t>& sequences() const noexcept { return sequences_; }
    bool has(const std::string& line) const { return std::find(lines_.begin(), lines_.end(), line) != lines_.end(); }
    /// \throws std::runtime_error if there is no such line
    std::size_t index_of(const std::string& line) const {
        const auto found = std::find(lines_.begin(), lines_.end(), line);
        if (found == lines_.end()) throw std::runtime_error("no event '" + line + "'");
        return static_cast<std::size_t>(found - lines_.begin());
    }

private:
    static std::string name(const PipelineStage& stage, const PipelineJob& job) { return stage.name + "." + job.name; }
    static std::string ended(PipelineStatus status, const Reason& reason) {
        return " " + std::string(to_string(status)) + (reason ? " " + reason.text() : "");
    }

    static std::string describe(const Event&, const event::RunStarted&) { return "run_started"; }
    static std::string describe(const Event&, const event::StageStarted& e) { return "stage_started " + e.stage.name; }
    static std::string describe(const Event&, const event::JobStarted& e) {
        return "job_started " + name(e.stage, e.job) + " " + std::to_string(e.attempt.number);
    }
    static std::string describe(const Event&, const event::CommandStarted&) { return {}; }
    static std::string describe(const Event&, const event::JobOutput&) { return {}; }
    static std::string describe(const Event&, const event::JobRetried& e) {
        return "job_retried " + name(e.stage, e.job) + " " + e.attempt.reason.text();
    }
    static std::string describe(const Event&, const event::JobFinished& e) {
        return "job_finished " + name(e.stage, e.job) + ended(e.job.status, e.job.reason) + (e.allowed ? " allowed" : "");
    }
    static std::string describe(const Event&, const event::StageFinished& e) {
        return "stage_finished " + e.stage.name + ended(e.stage.status, e.stage.reason);
    }
    static std::string describe(const Event& event, const event::RunFinished&) {
        return "run_finished" + ended(event.run.status, event.run.reason);
    }

    std::vector<std::string> lines_;
    std::vector<std::uint64_t> sequences_;
    std::function<void(const std::string&)> hook_;
};

}  // namespace kahn::test
