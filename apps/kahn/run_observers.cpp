#include "run_observers.hpp"

#include "terminal.hpp"

#include <kahn/render/ndjson.hpp>

#include <boost/asio/post.hpp>

#include <string>
#include <variant>

namespace kahn::app {

BatchedFlush::BatchedFlush(const boost::asio::any_io_executor& executor, Output& output)
    : state_(std::make_shared<State>(executor, output)) {}

void BatchedFlush::request() {
    if (state_->is_requested) return;
    state_->is_requested = true;
    boost::asio::post(state_->timer.get_executor(), [state = state_] { flush(state); });
}

void BatchedFlush::flush(const std::shared_ptr<State>& state) {
    // Who was told to end leaves the rest to the last flush of all.
    if (state->output.flush_some() || state->output.is_hurried()) {
        state->is_requested = false;
        return;
    }
    state->timer.expires_after(std::chrono::milliseconds(20));
    state->timer.async_wait([state](const boost::system::error_code&) { flush(state); });
}

void JsonStream::on_event(const Event& event) {
    if (output_.error() != 0) return;
    if (jobs_ == Jobs::without_output && std::holds_alternative<event::JobOutput>(event.what)) return;
    render::append_ndjson(output_.buffer(), event);
    output_.flush_if_large();
    flush_.request();
}

void ViewWriter::on_event(const Event& event) {
    if (std::holds_alternative<event::RunStarted>(event.what)) {
        began_ = std::chrono::steady_clock::now();
        print(view_->on_event(event));
        tick();
        tick_later();
        return;
    }
    print(view_->on_event(event));
}

void ViewWriter::say(std::string_view line) { print(view_->message(line)); }

void ViewWriter::show_running() { print(view_->running()); }

void ViewWriter::lost_place() { view_->lost_place(); }

void ViewWriter::leave(std::string_view line) {
    is_away_ = true;
    print(view_->message(line));
    print(view_->leave());
    output_.flush_some();
}

void ViewWriter::come_back(std::string_view line, std::chrono::nanoseconds stood) {
    is_away_ = false;
    began_ += std::chrono::duration_cast<std::chrono::steady_clock::duration>(stood);
    view_->lost_place();
    print(view_->message(line));
}

void ViewWriter::stop() {
    is_over_ = true;  // the timer may have fired already, its handler waiting to be called
    timer_.cancel();
    print(view_->close());
}

void ViewWriter::print(const std::string& text) {
    if (text.empty()) return;
    output_.write(text);
    flush_.request();
}

void ViewWriter::tick() {
    if (is_away_) return;
    if (terminal_ >= 0) {
        // A reader that has not taken the last frame needs no other one yet.
        if (!output_.buffer().empty()) return;
        if (const auto size = window_size(terminal_)) view_->resize(*size);
    }
    print(view_->tick(std::chrono::steady_clock::now() - began_));
}

void ViewWriter::tick_later() {
    timer_.expires_after(view_->interval());
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error || self->is_over_) return;
        self->tick();
        self->flush_.request();
        self->tick_later();
    });
}

}  // namespace kahn::app
