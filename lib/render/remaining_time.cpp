#include "render/remaining_time.hpp"

#include <kahn/base/error.hpp>

#include <cmath>
#include <cstdint>

namespace kahn::render {
namespace {

using namespace std::chrono_literals;

/// Beyond this an estimate a second costs too much, and the median of so many single jobs says little.
constexpr std::size_t most_jobs = 5000;

std::chrono::seconds rounded(std::chrono::nanoseconds time) {
    const auto to = [time](std::chrono::seconds unit) {
        const std::chrono::nanoseconds half = unit;
        return unit * ((time + half / 2) / half);
    };
    if (time < 10s) return to(1s);
    if (time < 1min) return to(5s);
    if (time < 10min) return to(10s);
    return to(time < 1h ? 60s : 300s);
}

/// `50s`, `2m10s`, `12m`, `1h05m`
std::string round_text(std::chrono::nanoseconds time) {
    const std::int64_t seconds = rounded(time).count();
    const auto two_digits = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    if (seconds < 60) return std::to_string(seconds) + 's';
    if (seconds >= 3600) return std::to_string(seconds / 3600) + 'h' + two_digits(seconds % 3600 / 60) + 'm';
    return std::to_string(seconds / 60) + 'm' + (seconds < 600 ? two_digits(seconds % 60) + 's' : "");
}

}  // namespace

void RemainingTime::begin(const Event& event, const graph::UsualDurations& usual) {
    const auto* const started = std::get_if<event::RunStarted>(&event.what);
    if (!started || !usual || event.run.job_count() > most_jobs) return;
    began_ = event.time;
    try {
        estimate_.emplace(event.run, usual, started->max_workers);
    } catch (const Error&) {
        estimate_.reset();  // no graph, no estimate
    }
}

void RemainingTime::add(const Event& event) {
    if (estimate_) estimate_->add(event);
}

RemainingTime::Words RemainingTime::at(std::chrono::nanoseconds elapsed) {
    if (!estimate_) return {};
    if (asked_at_ && elapsed - *asked_at_ < 1s) return words_;
    words_ = {};
    const auto now = estimate_->at(began_ + std::chrono::duration_cast<SystemTime::duration>(elapsed));
    const std::chrono::nanoseconds passed = elapsed - asked_at_.value_or(elapsed);
    asked_at_ = elapsed;
    if (!now || now->left <= 0ns) {  // zero: what runs takes longer than it usually does, and nobody knows how much
        expected_end_.reset();
        return words_;
    }
    const std::chrono::nanoseconds end = elapsed + now->left;
    if (expected_end_) {
        const double kept = std::pow(0.25, std::chrono::duration<double>(passed).count());
        const auto distance = std::chrono::duration<double, std::nano>(end - *expected_end_) * (1.0 - kept);
        *expected_end_ += std::chrono::duration_cast<std::chrono::nanoseconds>(distance);
    } else {
        expected_end_ = end;
    }
    const std::chrono::nanoseconds left = *expected_end_ - elapsed;
    if (left < 500ms) return words_;
    words_.left = (now->unknown_jobs > 0 ? "at least " : "about ") + round_text(left) + " left";
    words_.source = "(from " + std::to_string(now->runs) + (now->runs == 1 ? " run)" : " runs)");
    return words_;
}

}  // namespace kahn::render
