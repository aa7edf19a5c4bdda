#include <kahn/model/attempt.hpp>

#include <array>
#include <csignal>
#include <utility>

namespace kahn {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 31> signal_names{{
    {SIGHUP, "SIGHUP"},       {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"},   {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"},
    {SIGABRT, "SIGABRT"},     {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},     {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"},
    {SIGSEGV, "SIGSEGV"},     {SIGUSR2, "SIGUSR2"}, {SIGPIPE, "SIGPIPE"},   {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"},
    {SIGSTKFLT, "SIGSTKFLT"}, {SIGCHLD, "SIGCHLD"}, {SIGCONT, "SIGCONT"},   {SIGSTOP, "SIGSTOP"}, {SIGTSTP, "SIGTSTP"},
    {SIGTTIN, "SIGTTIN"},     {SIGTTOU, "SIGTTOU"}, {SIGURG, "SIGURG"},     {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"},
    {SIGVTALRM, "SIGVTALRM"}, {SIGPROF, "SIGPROF"}, {SIGWINCH, "SIGWINCH"}, {SIGIO, "SIGIO"},     {SIGPWR, "SIGPWR"},
    {SIGSYS, "SIGSYS"},
}};

std::string with_detail(std::string what, const std::string& detail) {
    if (!detail.empty()) what += ": " + detail;
    return what;
}

std::string describe_signal(const AttemptOutcome& outcome) {
    const std::string name = signal_name(outcome.signal);
    if (!outcome.message.empty()) return "killed by " + name + " (" + outcome.message + ")";
    const std::string bare = "signal " + std::to_string(outcome.signal);
    return name == bare ? bare : bare + " (" + name + ")";
}

/// How the last command ended, for an attempt that was told to stop.
std::string describe_stop(const AttemptOutcome& outcome) {
    if (outcome.signal != 0) return "stopped by " + signal_name(outcome.signal);
    if (outcome.exit_code) return "stopped (exit " + std::to_string(*outcome.exit_code) + ")";
    return "stopped";
}

}  // namespace

std::string_view to_string(Containment containment) noexcept {
    switch (containment) {
        case Containment::none: return "none";
        case Containment::cgroup2: return "cgroup2";
        case Containment::subreaper: return "subreaper";
        case Containment::session: return "session";
    }
    return "unknown";
}

std::optional<Containment> parse_containment(std::string_view word) noexcept {
    for (const Containment containment :
         {Containment::none, Containment::cgroup2, Containment::subreaper, Containment::session}) {
        if (to_string(containment) == word) return containment;
    }
    return std::nullopt;
}

std::string_view to_string(OutputStream stream) noexcept {
    return stream == OutputStream::stdout_stream ? "stdout" : "stderr";
}

std::string describe(const AttemptOutcome& outcome) {
    switch (outcome.end) {
        case AttemptEnd::exited:
            return with_detail("exit " + (outcome.exit_code ? std::to_string(*outcome.exit_code) : "unknown"),
                               outcome.message);
        case AttemptEnd::signaled: return describe_signal(outcome);
        case AttemptEnd::failed: return outcome.message.empty() ? "failed" : outcome.message;
        case AttemptEnd::not_started: return outcome.message.empty() ? "could not be started" : outcome.message;
        case AttemptEnd::status_lost: return with_detail("exit status lost", outcome.message);
        case AttemptEnd::stopped: return with_detail(describe_stop(outcome), outcome.message);
        case AttemptEnd::unkillable: return with_detail("unkillable", outcome.message);
    }
    return "unknown";
}

std::string signal_name(int signal) {
    for (const auto& [number, name] : signal_names) {
        if (number == signal) return std::string(name);
    }
    return "signal " + std::to_string(signal);
}

}  // namespace kahn
