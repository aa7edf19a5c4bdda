#pragma once

#include <kahn/model/event.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>

namespace kahn::render {

struct PlainViewOptions {
    PlainViewOptions() = default;

    std::filesystem::path base;  ///< paths below it are shown relative to it; empty: as they are
    std::chrono::nanoseconds silence{std::chrono::seconds{30}};  ///< after this long without a line, say what is running
    std::size_t held_bytes_of_job = 1U << 20;  ///< of output that waits for its turn
    std::size_t held_bytes = 4U << 20;         ///< of all jobs together
};
static_assert(!std::is_aggregate_v<PlainViewOptions>);

/// A run as text that only ever grows: for logs and pipes. Events in, text out.
///
/// The attempt that has been running longest streams its output as `job | line`. The output of the others is held back, the
/// last of it if it is long, and comes as a whole when they end or when it is their turn. The end of a failed run repeats what
/// matters: the last lines of each failed job, the reason, and where its log is.
class PlainView {
public:
    explicit PlainView(PlainViewOptions options = PlainViewOptions());
    ~PlainView();
    PlainView(PlainView&&) noexcept;
    PlainView& operator=(PlainView&&) noexcept;

    /// What to print; often nothing.
    std::string on_event(const Event& event);

    /// To be called every second or so: what to print in a long silence. \param elapsed since the run started
    std::string tick(std::chrono::nanoseconds elapsed);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kahn::render
