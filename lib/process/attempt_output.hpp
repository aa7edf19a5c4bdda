#pragma once

#include "base/unique_fd.hpp"
#include "process/output_sink.hpp"

#include <kahn/model/attempt.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>

namespace kahn::process {

/// The two pipes of an attempt; what comes out of them goes into its sink.
///
/// Lives on the attempt's executor.
class AttemptOutput : public std::enable_shared_from_this<AttemptOutput> {
public:
    explicit AttemptOutput(std::unique_ptr<OutputSink> sink);

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
    };
    enum class Read { empty, more, closed };

    void arm(Pipe& pipe);
    Read read(Pipe& pipe, std::size_t budget);
    void close(Pipe& pipe) noexcept;

    const std::unique_ptr<OutputSink> sink_;
    std::array<Pipe, 2> pipes_;
    std::function<void()> on_closed_;
};

}  // namespace kahn::process
