#include "run_observers.hpp"

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

void PlainViewWriter::on_event(const Event& event) {
    if (std::holds_alternative<event::RunStarted>(event.what)) {
        began_ = std::chrono::steady_clock::now();
        tick_later();
    }
    const std::string text = view_.on_event(event);
    if (!text.empty()) {
        output_.write(text);
        flush_.request();
    }
}

void PlainViewWriter::stop() {
    is_over_ = true;  // the timer may have fired already, its handler waiting to be called
    timer_.cancel();
}

void PlainViewWriter::tick_later() {
    timer_.expires_after(std::chrono::seconds{1});
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error || self->is_over_) return;
        const std::string text = self->view_.tick(std::chrono::steady_clock::now() - self->began_);
        if (!text.empty()) self->output_.write(text);
        self->flush_.request();
        self->tick_later();
    });
}

}  // namespace kahn::app
