#pragma once

#include <kahn/graph/time_left.hpp>
#include <kahn/model/event.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace kahn::render {

/// How long a run still takes, in words that change calmly: what comes as a surprise, a job that is early or late, moves the expected
/// end by three quarters of its distance a second; what is shown is round.
class RemainingTime {
public:
    /// At the run's first event. \param usual may be empty: then nothing is ever known
    void begin(const Event& event, const graph::UsualDurations& usual);
    void add(const Event& event);

    struct Words {
        std::string left;    ///< `about 50s left`, `at least 2m10s left`; empty: not known, or longer than usual already
        std::string source;  ///< `(from 18 runs)`
    };
    /// \param elapsed since the run's start; never less than before
    Words at(std::chrono::nanoseconds elapsed);

private:
    std::optional<graph::TimeLeft> estimate_;
    SystemTime began_;
    std::optional<std::chrono::nanoseconds> asked_at_;
    std::optional<std::chrono::nanoseconds> expected_end_;
    Words words_;
};

}  // namespace kahn::render
