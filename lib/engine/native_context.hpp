#pragma once

#include <kahn/engine/executor.hpp>
#include <kahn/engine/native_job.hpp>

#include "process/output_sink.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace kahn {

/// What a native attempt and its coroutine share. Survives the attempt; from close() on it touches nothing of the run.
class JobContext::State : public std::enable_shared_from_this<JobContext::State> {
public:
    /// \param sink used on `strand` alone
    State(boost::asio::any_io_executor strand, AttemptRequest request, std::unique_ptr<process::OutputSink> sink);

    const AttemptRequest& request() const noexcept { return request_; }
    std::stop_source& stop() noexcept { return stop_; }

    void write(OutputStream stream, std::string_view bytes);
    void set_output(std::string name, std::string value);

    /// On the strand, later. False once it is closed: then the strand may be gone.
    template <class Function>
    bool post(Function function) {
        const std::scoped_lock lock(mutex_);
        if (is_closed_) return false;
        boost::asio::post(strand_, std::move(function));
        return true;
    }

    /// The same, but now if this is the strand: without a way round by its queue.
    template <class Function>
    bool dispatch(Function function) {
        {
            const std::scoped_lock lock(mutex_);
            if (is_closed_) return false;
            if (!is_on_strand()) {
                boost::asio::post(strand_, std::move(function));
                return true;
            }
        }
        function();  // nobody else closes it
        return true;
    }

    // The attempt's side, on the strand.
    Variables outputs() const;
    /// Ends the log and says what became of the output.
    void finish(AttemptOutcome& outcome);
    void close() noexcept;

private:
    bool is_on_strand() const noexcept;

    const boost::asio::any_io_executor strand_;
    const AttemptRequest request_;
    const std::unique_ptr<process::OutputSink> sink_;
    std::stop_source stop_;

    mutable std::mutex mutex_;
    bool is_closed_ = false;
    std::size_t waiting_bytes_ = 0;  // on their way to the strand
    std::size_t lost_bytes_ = 0;
    Variables outputs_;
};

}  // namespace kahn
