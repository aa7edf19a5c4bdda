#include "output.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>

namespace kahn::app {

StopNotice::StopNotice() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void StopNotice::raise() noexcept {
    is_raised_.store(true, std::memory_order_release);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);  // full is raised, too
}

void Output::write(std::string_view text) {
    buffer_ += text;
    flush_if_large();
}

void Output::flush_if_large() {
    constexpr std::size_t large = 64U << 10;
    constexpr std::size_t too_large = 32U << 20;
    if (buffer_.size() - written_ < large) return;
    if (!flush_some() && buffer_.size() - written_ > too_large) flush();
}

void Output::flush() { write_out(Patience::as_needed); }

bool Output::flush_some() { return write_out(Patience::none); }

bool Output::write_out(Patience patience) {
    // A pipe that poll() calls writable takes PIPE_BUF bytes without blocking, and no promise is made for more.
    while (written_ < buffer_.size() && error_ == 0) {
        if (!wait_until_writable(patience)) {
            if (patience == Patience::as_needed) error_ = ETIMEDOUT;
            break;
        }
        const auto written = ::write(fd_, buffer_.data() + written_, std::min<std::size_t>(buffer_.size() - written_, PIPE_BUF));
        if (written >= 0) {
            written_ += static_cast<std::size_t>(written);
        } else if (errno != EINTR && errno != EAGAIN) {
            error_ = errno;
        }
    }
    const bool is_done = error_ != 0 || written_ == buffer_.size();
    constexpr std::size_t worth_moving = 1U << 20;
    if (is_done) {
        buffer_.clear();
        written_ = 0;
    } else if (written_ > worth_moving) {
        buffer_.erase(0, written_);
        written_ = 0;
    }
    return is_done;
}

bool Output::wait_until_writable(Patience patience) {
    constexpr int patience_ms = 5000;
    for (;;) {
        const bool is_stopping = notice_.is_raised();
        std::array<pollfd, 2> both{{{fd_, POLLOUT, 0}, {is_stopping ? -1 : notice_.fd(), POLLIN, 0}}};
        const int timeout = patience == Patience::none ? 0 : is_stopping ? patience_ms : -1;
        const int ready = ::poll(both.data(), both.size(), timeout);
        if (ready < 0 && errno != EINTR) return true;  // write() will tell
        if (both[0].revents != 0 && ready > 0) return true;
        if (ready == 0 || patience == Patience::none) return false;
    }
}

bool Output::was_too_slow() const noexcept { return error_ == ETIMEDOUT; }

bool Output::has_failed() const noexcept { return error_ != 0 && error_ != EPIPE && error_ != ETIMEDOUT; }

void Console::complain(std::string_view text) {
    err.write("kahn: ");
    err.write(text);
    err.write("\n");
    err.flush_some();
}

}  // namespace kahn::app
