#pragma once

#include "output.hpp"

#include <kahn/model/event.hpp>
#include <kahn/render/view.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace kahn::app {

/// Flushes an output once the loop has done what is at hand: many events, one write. Never waits for the reader, but comes
/// back until it has taken everything.
class BatchedFlush {
public:
    /// \param output outlives whatever runs on the executor
    BatchedFlush(const boost::asio::any_io_executor& executor, Output& output);

    void request();

private:
    // Outlives this, as long as a flush is under way.
    struct State {
        State(const boost::asio::any_io_executor& executor, Output& output_) : output(output_), timer(executor) {}
        Output& output;
        boost::asio::steady_timer timer;
        bool is_requested = false;
    };
    static void flush(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

/// `--json`: the stream on standard output. A reader that goes away changes nothing for the run.
class JsonStream final : public Observer {
public:
    enum class Jobs { with_output, without_output };

    JsonStream(const boost::asio::any_io_executor& executor, Output& output, Jobs jobs)
        : output_(output), flush_(executor, output), jobs_(jobs) {}

    void on_event(const Event& event) override;

private:
    Output& output_;
    BatchedFlush flush_;
    Jobs jobs_;
};

/// A view on standard error.
class ViewWriter final : public Observer, public std::enable_shared_from_this<ViewWriter> {
public:
    /// \param terminal whose window's size the view is to know; -1: none
    ViewWriter(boost::asio::any_io_executor executor, Output& output, std::unique_ptr<render::View> view, int terminal)
        : output_(output), flush_(executor, output), view_(std::move(view)), timer_(executor), terminal_(terminal) {}

    void on_event(const Event& event) override;
    /// What the program has to say meanwhile.
    void say(std::string_view line);
    void show_running();
    /// Somebody else may have written to the terminal.
    void lost_place();
    /// The program is about to be stopped: says so, and leaves the terminal as it was.
    void leave(std::string_view line);
    /// It goes on. \param stood how long it was stopped; the run's time did not pass meanwhile
    void come_back(std::string_view line, std::chrono::nanoseconds stood);
    /// The run has ended: nothing keeps the loop going any more.
    void stop();

private:
    void tick_later();
    void tick();
    void print(const std::string& text);

    Output& output_;
    BatchedFlush flush_;
    std::unique_ptr<render::View> view_;
    boost::asio::steady_timer timer_;
    int terminal_;
    std::chrono::steady_clock::time_point began_;
    bool is_away_ = false;
    bool is_over_ = false;
};

}  // namespace kahn::app
