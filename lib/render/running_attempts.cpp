#include "render/running_attempts.hpp"

#include <kahn/base/time.hpp>

#include "render/terminal_text.hpp"

#include <algorithm>
#include <utility>

namespace kahn::render {
namespace {

constexpr std::size_t tail_bytes = 2048;
constexpr std::size_t longest_tail_line = 300;

/// Kept as it came: only the tail of a failed job is ever shown.
void remember(RunningAttempt& attempt, std::string_view line) {
    std::string& tail = attempt.tail;
    ++attempt.lines;
    if (tail.size() > 4 * tail_bytes) tail.erase(0, tail.find('\n', tail.size() - tail_bytes) + 1);
    tail += line.substr(0, longest_tail_line);
    if (line.size() > longest_tail_line) tail += "…";
    tail += '\n';
}

}  // namespace

LineWriter prefixed_lines(Palette palette) {
    return [separator = ' ' + palette.dim("|") + ' '](std::string& out, const std::string& name, std::string_view line) {
        out += name;
        out += separator;
        append_terminal_line(out, line);
        out += '\n';
    };
}

RunningAttempt& RunningAttempts::start(const PipelineJob& job, std::string name, std::chrono::nanoseconds now) {
    const std::uint64_t order = next_++;
    by_job_[&job] = order;
    RunningAttempt& attempt = in_order_[order];
    attempt.job = &job;
    attempt.name = std::move(name);
    attempt.started = now;
    return attempt;
}

RunningAttempt* RunningAttempts::find(const PipelineJob& job) {
    const auto found = by_job_.find(&job);
    return found == by_job_.end() ? nullptr : &in_order_.at(found->second);
}

void RunningAttempts::remove(const PipelineJob& job) {
    const auto found = by_job_.find(&job);
    if (found == by_job_.end()) return;
    held_ -= in_order_.at(found->second).size();
    in_order_.erase(found->second);
    by_job_.erase(found);
}

std::size_t RunningAttempts::longest_line() const {
    constexpr std::size_t usual = 8192;
    constexpr std::size_t under_pressure = 512;
    return held_ < held_bytes_ ? usual : under_pressure;
}

std::string RunningAttempts::feed(RunningAttempt& attempt, OutputStream stream, std::string_view bytes) {
    std::string out;
    const std::size_t before = attempt.size();
    const bool goes_out = speaks(attempt);
    LineSplitter& splitter = attempt.streams[stream == OutputStream::stdout_stream ? 0 : 1];
    splitter.feed(bytes, longest_line(), [&](std::string_view line) {
        remember(attempt, line);
        if (goes_out) return write_(out, attempt.name, line);
        if (speakers_ != Speakers::silenced) write_(attempt.held.to_append(), attempt.name, line);
    });
    held_ += attempt.size() - before;
    if (!goes_out) limit(attempt);
    return out;
}

void RunningAttempts::limit(RunningAttempt& attempt) {
    const auto shrink = [this](RunningAttempt& which, std::size_t bytes) {
        const std::size_t before = which.size();
        which.held.shrink(bytes);
        held_ -= before - which.size();
    };
    // To half, so that the work is shared by many lines.
    if (attempt.held.size() > held_bytes_of_job_) shrink(attempt, held_bytes_of_job_ / 2);
    while (held_ > held_bytes_) {
        const auto largest = std::max_element(in_order_.begin(), in_order_.end(), [](const auto& a, const auto& b) {
            return a.second.held.size() < b.second.held.size();
        });
        if (largest->second.held.size() == 0) break;
        shrink(largest->second, largest->second.held.size() / 2);
    }
}

std::string RunningAttempt::last_lines(std::size_t count) const {
    std::string_view rest = tail;
    std::size_t at = rest.size();
    for (std::size_t seen = 0; at > 0; --at) {
        if (rest[at - 1] == '\n' && seen++ == count) break;
    }
    std::string out;
    for (rest.remove_prefix(at); !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
        append_terminal_line(out, rest.substr(0, rest.find('\n')));
        out += '\n';
    }
    return out;
}

std::string_view RunningAttempt::last_line() const {
    for (const LineSplitter& stream : streams) {
        if (!stream.empty()) return stream.partial();
    }
    std::string_view rest = tail;
    while (!rest.empty()) {
        rest.remove_suffix(1);
        const std::size_t start = rest.rfind('\n') + 1;
        const std::string_view line = rest.substr(start);
        if (line.find_first_not_of(" \t\r") != std::string_view::npos) return line;
        rest = rest.substr(0, start);
    }
    return {};
}

std::string running_text(const RunningAttempts& running, std::chrono::nanoseconds now, const std::string& left) {
    constexpr std::size_t lines_each = 5;
    if (running.size() == 0) return "kahn: nothing is running\n";
    std::string out = "kahn: running: " + std::to_string(running.size()) + (left.empty() ? "" : "; " + left) + '\n';
    for (const auto& [order, attempt] : running) {
        out += "● " + attempt.name + ' ' + format_duration(now - attempt.started) + '\n';
        const std::string lines = attempt.last_lines(lines_each);
        for (std::string_view rest = lines; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
            out.append("  | ").append(rest.substr(0, rest.find('\n'))).append("\n");
        }
    }
    return out;
}

std::string RunningAttempts::drain(RunningAttempt& attempt, const std::string& log, bool has_ended) {
    const std::size_t before = attempt.size();
    std::string out;
    if (attempt.held.forgotten_lines() > 0) {
        std::string notice = "… " + std::to_string(attempt.held.forgotten_lines()) + " lines (" +
                             std::to_string(attempt.held.forgotten_bytes()) + " bytes) left out";
        if (!log.empty()) notice += "; full log: " + log;
        write_(out, attempt.name, notice);
    }
    out += attempt.held.text();
    attempt.held.clear();
    if (has_ended) {
        for (LineSplitter& stream : attempt.streams) {
            if (stream.empty()) continue;
            stream.finish([&](std::string_view line) {
                remember(attempt, line);
                if (speakers_ != Speakers::silenced) write_(out, attempt.name, line);
            });
        }
    }
    held_ -= before - attempt.size();
    return out;
}

}  // namespace kahn::render
