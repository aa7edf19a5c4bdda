#pragma once

#include "base/unique_fd.hpp"

#include <atomic>
#include <string>
#include <string_view>

namespace kahn::app {

/// Raised when the program was told to end: nobody waits for a slow reader any more. May be raised from any thread.
class StopNotice {
public:
    StopNotice();

    void raise() noexcept;
    bool is_raised() const noexcept { return is_raised_.load(std::memory_order_acquire); }
    int fd() const noexcept { return event_.get(); }  ///< readable once it is raised; -1 if there is none

private:
    UniqueFd event_;
    std::atomic<bool> is_raised_{false};
};

/// Standard output or standard error, with a buffer.
///
/// Never throws: after the first error everything is dropped, and error() tells. A slow reader makes the buffer grow, so that
/// timeouts and signals are served meanwhile; only beyond 32 MiB is it waited for. Once the notice is raised nobody waits for
/// a reader that takes nothing for 5 seconds.
class Output {
public:
    /// \param notice outlives this
    Output(int fd, const StopNotice& notice) : fd_(fd), notice_(notice) {}
    ~Output() { flush(); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// Hands on what the reader takes at once if there is much, else leaves it to a flush.
    void write(std::string_view text);
    /// All of it, waiting for the reader.
    void flush();
    /// What the reader takes without being waited for. True if nothing is left.
    bool flush_some();

    /// To append to directly; flush_if_large() goes with it.
    std::string& buffer() noexcept { return buffer_; }
    void flush_if_large();

    /// errno of the first write that failed, EPIPE if the reader went away; 0 if none did.
    int error() const noexcept { return error_; }
    /// The reader was given up, and lost the rest.
    bool was_too_slow() const noexcept;
    /// The program was told to end.
    bool is_hurried() const noexcept { return notice_.is_raised(); }
    /// Whether something was lost that somebody wanted: a reader that goes away does not want more.
    bool has_failed() const noexcept;

private:
    enum class Patience { none, as_needed };

    bool write_out(Patience patience);
    bool wait_until_writable(Patience patience);

    int fd_;
    const StopNotice& notice_;
    std::string buffer_;
    std::size_t written_ = 0;  // of the buffer
    int error_ = 0;
};

/// The two streams that the program writes to.
struct Console {
    StopNotice stop;
    Output out{1, stop};  ///< the data that was asked for
    Output err{2, stop};  ///< messages and views

    /// `kahn: ` and the text, on standard error.
    void complain(std::string_view text);
};

}  // namespace kahn::app
