#include <kahn/base/log.hpp>

#include <mutex>

namespace kahn {

std::string_view to_string(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warning: return "warning";
        case LogLevel::error: return "error";
    }
    return "unknown";
}

struct Logger::State {
    LogSink sink;
    LogLevel threshold = LogLevel::warning;
    mutable std::mutex mutex;
};

Logger::Logger() = default;

Logger::Logger(LogSink sink, LogLevel threshold) {
    if (!sink) return;
    auto state = std::make_shared<State>();
    state->sink = std::move(sink);
    state->threshold = threshold;
    state_ = std::move(state);
}

bool Logger::says(LogLevel level) const noexcept { return state_ && level >= state_->threshold; }

void Logger::log(LogLevel level, std::string_view line) const noexcept {
    if (!says(level)) return;
    try {
        const std::lock_guard lock(state_->mutex);
        state_->sink(level, line);
    } catch (...) {
        // A sink that throws loses its line. There is nobody left to tell, and the work must go on.
    }
}

}  // namespace kahn
