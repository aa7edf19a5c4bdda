#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kahn {

class Error;

enum class LogLevel { debug, info, warning, error };

std::string_view to_string(LogLevel level) noexcept;

/// Receives the library's log lines, without a line end. May be called from any thread, one call at a time.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

/// The library's only way to say something beside its results: a sink and a threshold.
///
/// Copies share both. Without a sink nothing is said: the library itself never prints.
class Logger {
public:
    /// A logger that says nothing.
    Logger();
    explicit Logger(LogSink sink, LogLevel threshold = LogLevel::warning);

    bool says(LogLevel level) const noexcept;
    void log(LogLevel level, std::string_view line) const noexcept;
    void debug(std::string_view line) const noexcept { log(LogLevel::debug, line); }
    void info(std::string_view line) const noexcept { log(LogLevel::info, line); }
    void warning(std::string_view line) const noexcept { log(LogLevel::warning, line); }
    void error(std::string_view line) const noexcept { log(LogLevel::error, line); }

    /// Logs the error at level error, then throws it. Every error that leaves the library goes through here.
    template <class E>
    [[noreturn]] void raise(E failure) const {
        error(failure.what());
        throw failure;
    }

private:
    struct State;
    std::shared_ptr<const State> state_;
};

}  // namespace kahn
