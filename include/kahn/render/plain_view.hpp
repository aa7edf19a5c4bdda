#pragma once

#include <kahn/render/past_runs.hpp>
#include <kahn/render/view.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>

namespace kahn::render {

/// Whose output is printed as it comes, `job | line`.
enum class Speakers {
    oldest,    ///< of the attempt that has been running longest; that of others is held until they end or it is their turn
    nobody,    ///< of none; it comes as a whole when a job ends
    everybody,
    silenced,  ///< none is printed at all, but for the last lines of failed jobs
};

struct PlainViewOptions {
    PlainViewOptions() = default;

    Speakers speakers = Speakers::oldest;
    std::filesystem::path base;  ///< paths below it are shown relative to it; empty: as they are
    std::chrono::nanoseconds silence{std::chrono::seconds{30}};  ///< after this long without a line, say what is running
    std::size_t held_bytes_of_job = 1U << 20;  ///< of output that waits for its turn
    std::size_t held_bytes = 4U << 20;         ///< of all jobs together
    bool is_coloured = false;
    bool lists_all = false;  ///< the end names every job, also those that are fine
    FindPastRuns past;       ///< for the time left and the end; empty: neither is compared with anything
};
static_assert(!std::is_aggregate_v<PlainViewOptions>);

/// A run as text that only ever grows: for logs and pipes. Events in, text out.
///
/// The attempt that has been running longest streams its output as `job | line`. The output of the others is held back, the
/// last of it if it is long, and comes as a whole when they end or when it is their turn. The end of a failed run repeats what
/// matters: the last lines of each failed job, the reason, and where its log is.
class PlainView final : public View {
public:
    explicit PlainView(PlainViewOptions options = PlainViewOptions());
    ~PlainView() override;
    PlainView(PlainView&&) noexcept;
    PlainView& operator=(PlainView&&) noexcept;

    std::string on_event(const Event& event) override;
    /// What to print in a long silence.
    std::string tick(std::chrono::nanoseconds elapsed) override;
    std::string message(std::string_view line) override;
    std::string running() override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kahn::render
