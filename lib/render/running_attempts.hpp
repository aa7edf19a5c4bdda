#pragma once

#include <kahn/model/pipeline.hpp>
#include <kahn/render/plain_view.hpp>

#include "render/held_lines.hpp"
#include "render/line_splitter.hpp"
#include "render/palette.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace kahn::render {

/// Appends a line of a job's output, with its end, as it is to be printed.
using LineWriter = std::function<void(std::string& out, const std::string& name, std::string_view line)>;

/// `name | line`
LineWriter prefixed_lines(Palette palette);

/// An attempt that is running, as the plain view sees it.
struct RunningAttempt {
    const PipelineJob* job = nullptr;
    std::string name;
    std::chrono::nanoseconds started{0};   ///< since the run's start, as of the last tick
    std::array<LineSplitter, 2> streams;   ///< by OutputStream
    HeldLines held;                        ///< lines that wait for their turn, as they will be printed
    std::string tail;                      ///< the last lines as they came, for the end of a failed run
    std::uint64_t lines = 0;               ///< that it has printed

    /// Of what was printed, as it may reach a terminal. A long line is cut.
    std::string last_lines(std::size_t count) const;
    /// The last line that says something, ended or not, as it came.
    std::string_view last_line() const;
    std::size_t size() const noexcept { return held.size() + streams[0].size() + streams[1].size(); }
};

/// The attempts that are running, in the order they began. The first is the live one.
class RunningAttempts {
public:
    /// \param write unused if the speakers are silenced
    RunningAttempts(std::size_t held_bytes_of_job, std::size_t held_bytes, Speakers speakers, LineWriter write)
        : held_bytes_of_job_(held_bytes_of_job), held_bytes_(held_bytes), speakers_(speakers), write_(std::move(write)) {}

    RunningAttempt& start(const PipelineJob& job, std::string name, std::chrono::nanoseconds now);
    RunningAttempt* find(const PipelineJob& job);
    /// Whether what it prints goes out as it comes.
    bool speaks(const RunningAttempt& attempt) const {
        return speakers_ == Speakers::everybody || (speakers_ == Speakers::oldest && &in_order_.begin()->second == &attempt);
    }
    RunningAttempt* live() { return in_order_.empty() ? nullptr : &in_order_.begin()->second; }
    void remove(const PipelineJob& job);

    /// Takes in what an attempt printed. \return what is to be printed now: its whole lines if it speaks, else nothing
    std::string feed(RunningAttempt& attempt, OutputStream stream, std::string_view bytes);
    /// What an attempt still has to say: held lines, then lines that were not ended. \param log for the notice that lines are missing
    std::string drain(RunningAttempt& attempt, const std::string& log, bool has_ended);

    std::size_t size() const noexcept { return in_order_.size(); }
    auto begin() const { return in_order_.begin(); }
    auto end() const { return in_order_.end(); }

private:
    std::size_t longest_line() const;
    void limit(RunningAttempt& attempt);

    std::size_t held_bytes_of_job_;
    std::size_t held_bytes_;
    Speakers speakers_;
    LineWriter write_;
    std::map<std::uint64_t, RunningAttempt> in_order_;
    std::unordered_map<const PipelineJob*, std::uint64_t> by_job_;
    std::uint64_t next_ = 0;
    std::size_t held_ = 0;  // size() of all
};

/// A line for each of them, and the last lines that it printed.
/// \param left how long the run still takes; may be empty
std::string running_text(const RunningAttempts& running, std::chrono::nanoseconds now, const std::string& left);

}  // namespace kahn::render
