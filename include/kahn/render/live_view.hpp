#pragma once

#include <kahn/render/past_runs.hpp>
#include <kahn/render/view.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>

namespace kahn::render {

struct LiveViewOptions {
    LiveViewOptions() = default;

    std::filesystem::path base;  ///< paths below it are shown relative to it; empty: as they are
    std::string title;           ///< of the program, at the run's beginning: `kahn 0.1.0`
    std::string hint_options;    ///< what `kahn rerun` and `kahn logs` need to find the run, with a blank before
    bool is_coloured = false;
    bool lists_all = false;      ///< the end names every job, also those that are fine
    WindowSize window;
    FindPastRuns past;           ///< for the time left and the end; empty: neither is compared with anything
};
static_assert(!std::is_aggregate_v<LiveViewOptions>);

/// A run on a terminal: a line for each job that has ended scrolls by, below it a canvas that changes: what is running and
/// what it says, what waits, how far it is. At most a third of the window.
///
/// The canvas stands on the ordinary screen, the cursor visible below it, so that nothing has to be restored whatever ends the
/// program. It is drawn by tick() only.
class LiveView final : public View {
public:
    explicit LiveView(LiveViewOptions options);
    ~LiveView() override;
    LiveView(LiveView&&) noexcept;
    LiveView& operator=(LiveView&&) noexcept;

    std::string on_event(const Event& event) override;
    std::string tick(std::chrono::nanoseconds elapsed) override;
    std::chrono::milliseconds interval() const noexcept override { return std::chrono::milliseconds{100}; }
    std::string message(std::string_view line) override;
    std::string running() override;
    void resize(WindowSize window) override;
    void lost_place() override;
    std::string leave() override;
    std::string close() override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kahn::render
