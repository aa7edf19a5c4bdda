#include "process/attempt_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace kahn::process {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} << 10;  // the size of a pipe: one read empties it
constexpr std::size_t bytes_a_wake_up = 4 * buffer_bytes;    // then the others on the loop have their turn
constexpr std::size_t bytes_at_the_end = std::size_t{2} << 20;  // more than a pipe holds, unless somebody keeps writing

/// The watch must leave the reactor before the number is free: a child that is between clone and exec has a copy of the
/// descriptor, so that closing ours does not take it out.
void release(std::unique_ptr<boost::asio::posix::stream_descriptor>& watch) noexcept {
    if (!watch) return;
    try {
        watch->release();
    } catch (...) {  // declared to throw; only allocates in cancelling
    }
    watch.reset();
}

}  // namespace

AttemptOutput::AttemptOutput(std::unique_ptr<OutputSink> sink) : sink_(std::move(sink)) {
    pipes_[1].stream = OutputStream::stderr_stream;
}

int AttemptOutput::open() {
    for (Pipe& pipe : pipes_) {
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC) != 0) {
            const int error = errno;
            for (Pipe& made : pipes_) {
                made.read_end.reset();
                made.write_end.reset();
            }
            return error;
        }
        pipe.read_end.reset(ends[0]);
        pipe.write_end.reset(ends[1]);
    }
    return 0;
}

void AttemptOutput::start(const boost::asio::any_io_executor& executor, std::function<void()> on_closed) {
    on_closed_ = std::move(on_closed);
    for (Pipe& pipe : pipes_) {
        pipe.watch = std::make_unique<boost::asio::posix::stream_descriptor>(executor, pipe.read_end.get());
        pipe.watch->non_blocking(true);  // our end alone: a job that inherited it would see EAGAIN where it expects to wait
        arm(pipe);
    }
}

void AttemptOutput::close_write_ends() noexcept {
    for (Pipe& pipe : pipes_) pipe.write_end.reset();
}

void AttemptOutput::arm(Pipe& pipe) {
    auto on_readable = [self = shared_from_this(), &pipe](const boost::system::error_code& error) {
        if (error || !pipe.watch) return;
        if (self->read(pipe, bytes_a_wake_up) == Read::closed) {
            if (self->on_closed_) self->on_closed_();
            return;
        }
        self->arm(pipe);
    };
    pipe.watch->async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(on_readable));
}

AttemptOutput::Read AttemptOutput::read(Pipe& pipe, std::size_t budget) {
    std::array<char, buffer_bytes> buffer;
    while (pipe.read_end && budget > 0) {
        const ssize_t count = ::read(pipe.read_end.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return Read::empty;
        if (count <= 0) {
            close(pipe);
            sink_->end(pipe.stream);
            return Read::closed;
        }
        const auto size = static_cast<std::size_t>(count);
        sink_->take(pipe.stream, std::string_view(buffer.data(), size));
        budget -= std::min(budget, size);
    }
    return pipe.read_end ? Read::more : Read::closed;
}

void AttemptOutput::close(Pipe& pipe) noexcept {
    release(pipe.watch);
    pipe.read_end.reset();
}

void AttemptOutput::read_now() {
    for (Pipe& pipe : pipes_) {
        if (pipe.read_end) read(pipe, bytes_a_wake_up);
    }
}

bool AttemptOutput::is_open() const noexcept {
    return pipes_[0].read_end || pipes_[1].read_end;
}

void AttemptOutput::abandon() noexcept {
    on_closed_ = nullptr;
    close_write_ends();
    for (Pipe& pipe : pipes_) close(pipe);
}

void AttemptOutput::finish(AttemptOutcome& outcome) {
    close_write_ends();
    for (Pipe& pipe : pipes_) {
        if (pipe.watch) read(pipe, bytes_at_the_end);  // without one it would wait, and nothing was started
    }
    abandon();
    sink_->finish(outcome);
}

}  // namespace kahn::process
