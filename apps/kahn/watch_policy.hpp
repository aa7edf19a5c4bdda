#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace kahn::app {

/// When to run again, decided from changes and ends of runs. No clock, no files.
///
/// A run begins once nothing has changed for the debounce time. A change during a run means one more run after it, or ends it
/// first (restart). Nobody can tell who wrote a file, so repetition has to: one that changed during two runs in a row, both of
/// which got to their end, is written by the runs themselves and does not count during a third, until something changes while
/// nothing runs. So a run that writes what is watched is repeated twice, not for ever. For the same reason a file that changed
/// during one run does not restart the next one; that change is queued.
class WatchPolicy {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    enum class OnChange { queue, restart };
    enum class Action { none, start, stop };

    WatchPolicy(std::chrono::milliseconds debounce, OnChange on_change) : debounce_(debounce), on_change_(on_change) {}

    /// \return false: it was the run's own doing
    bool changed(const std::string& path, TimePoint now);
    void run_started();
    void run_ended();

    /// What to do now. `stop` is said once a run.
    Action next(TimePoint now);
    /// When to ask again, if nothing else happens.
    std::optional<TimePoint> deadline() const;

    bool is_running() const noexcept { return is_running_; }
    const std::string& last_change() const noexcept { return last_change_; }

private:
    std::chrono::milliseconds debounce_;
    OnChange on_change_;
    bool is_running_ = false;
    bool is_stopping_ = false;
    std::optional<TimePoint> last_change_at_;  // of a change that no run has begun for
    std::string last_change_;
    bool is_worth_a_stop_ = false;     // one of those changes is
    bool was_outside_ = false;         // one of those changes happened while nothing ran
    std::map<std::string, int> streaks_;  // runs in a row, right before this one, that saw a file change and got to their end
    std::set<std::string> in_last_run_;
    std::set<std::string> in_this_run_;
};

}  // namespace kahn::app
