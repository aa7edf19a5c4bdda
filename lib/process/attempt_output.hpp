#pragma once

#include "base/unique_fd.hpp"
#include "process/log_file.hpp"
#include "process/tail.hpp"

#include <kahn/model/attempt.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>

namespace kahn::process {

/// The two pipes of an attempt, and where goes what comes out of them: log, tails, listener.
///
/// Lives on the attempt's executor.
class AttemptOutput : public std::enable_shared_from_this<AttemptOutput> {
public:
    AttemptOutput(std::shared_ptr<TailBudget> budget, std::size_t kept_bytes, LogFile log,
                  std::shared_ptr<AttemptListener> listener);

    /// Makes the pipes. Returns 0, or the errno.
    int open();
    /// Reads whatever comes from now on. \param on_closed called when a pipe has come to its end
    void start(const boost::asio::any_io_executor& executor, std::function<void()> on_closed);

    int standard_output() const noexcept { return pipes_[0].write_end.get(); }
    int standard_error() const noexcept { return pipes_[1].write_end.get(); }
    /// No command follows: the ends of file may come.
    void close_write_ends() noexcept;

    /// Reads what is there at this moment, without waiting.
    void read_now();
    /// Whether somebody may still write.
    bool is_open() const noexcept;

    /// Closes everything, without another word to anybody.
    void abandon() noexcept;
    /// Reads what is left, closes everything and reports in `outcome`.
    void finish(AttemptOutcome& outcome);

private:
    struct Pipe {
        OutputStream stream = OutputStream::stdout_stream;
        UniqueFd write_end;
        UniqueFd read_end;
        std::unique_ptr<boost::asio::posix::stream_descriptor> watch;  // does not own the descriptor
        std::unique_ptr<Tail> tail;
    };
    enum class Read { empty, more, closed };

    void arm(Pipe& pipe);
    Read read(Pipe& pipe, std::size_t budget);
    void take(Pipe& pipe, std::string_view bytes);
    void close(Pipe& pipe) noexcept;

    LogFile log_;
    const std::shared_ptr<AttemptListener> listener_;
    std::array<Pipe, 2> pipes_;
    std::function<void()> on_closed_;
    std::uint64_t offset_ = 0;
};

}  // namespace kahn::process
