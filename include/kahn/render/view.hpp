#pragma once

#include <kahn/model/event.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace kahn::render {

struct WindowSize {
    WindowSize() = default;
    WindowSize(std::size_t columns_, std::size_t rows_) : columns(columns_), rows(rows_) {}

    std::size_t columns = 80;
    std::size_t rows = 24;

    friend bool operator==(const WindowSize&, const WindowSize&) = default;
};
static_assert(!std::is_aggregate_v<WindowSize>);

/// A run as people see it while it goes on: events, the clock and the window's size in, text to print out.
class View {
public:
    virtual ~View() = default;

    /// What to print; often nothing.
    virtual std::string on_event(const Event& event) = 0;

    /// To be called every interval(). \param elapsed since the run started
    virtual std::string tick(std::chrono::nanoseconds elapsed) = 0;
    virtual std::chrono::milliseconds interval() const noexcept { return std::chrono::seconds{1}; }

    /// What the program has to say meanwhile, a line without its end.
    virtual std::string message(std::string_view line) = 0;

    /// What is running now, with the last lines of each.
    virtual std::string running() = 0;

    virtual void resize(WindowSize) {}
    /// Somebody else has written to the terminal: what was drawn is not where it was.
    virtual void lost_place() {}
    /// The terminal will be somebody else's for a while: takes away what changes, and prints what was kept for the next tick().
    virtual std::string leave() { return {}; }
    /// Takes away what was only there for the time being. To be called once nothing follows.
    virtual std::string close() { return {}; }

protected:
    View() = default;
    View(const View&) = default;
    View(View&&) = default;
    View& operator=(const View&) = default;
    View& operator=(View&&) = default;
};

}  // namespace kahn::render
