#pragma once

#include <kahn/remote/failure.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace kahn::remote {

/// The cancellation of one operation. Used on the client's strand only. It lives as long as the operation: nothing is left
/// to be cancelled when the client's context was destroyed under it.
struct OperationControl {
    explicit OperationControl(boost::asio::any_io_executor strand_) : strand(std::move(strand_)) {}

    const boost::asio::any_io_executor strand;
    boost::asio::cancellation_signal signal;
    bool is_cancelled = false;
    bool has_begun = false;  ///< a signal that is emitted before would be lost, or tear the coroutine apart at its very end
};

/// Whatever is thrown inside becomes a failure; and a cancellation that came before the first step is not lost.
template <class T>
boost::asio::awaitable<Result<T>> guard_operation(std::shared_ptr<OperationControl> control, boost::asio::awaitable<Result<T>> body) {
    Result<T> result = RemoteFailure(ErrorKind::cancelled, "cancelled");
    if (control->is_cancelled) co_return result;
    control->has_begun = true;
    try {
        result = co_await std::move(body);
    } catch (const boost::system::system_error& error) {
        const bool is_abort = error.code() == boost::asio::error::operation_aborted;
        if (!is_abort) result = RemoteFailure(ErrorKind::protocol, error.what());
    } catch (const std::exception& error) {
        result = RemoteFailure(ErrorKind::protocol, error.what());
    }
    co_return result;
}

/// Hands the end of an operation to its handler, on the handler's executor.
template <class T, class Handler>
class OperationCompletion {
public:
    OperationCompletion(Handler handler, std::shared_ptr<OperationControl> control)
        : control_(std::move(control)),
          work_(boost::asio::prefer(boost::asio::get_associated_executor(handler, control_->strand),
                                    boost::asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler)) {}

    void operator()(std::exception_ptr failure, Result<T> result) {
        boost::asio::dispatch(work_, Deliver{std::move(handler_), std::move(failure), std::move(result)});
    }

private:
    struct Deliver {
        Handler handler;
        std::exception_ptr failure;
        Result<T> result;

        void operator()() {
            // On the handler's executor, where nobody can be emitting to it.
            const auto slot = boost::asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) boost::asio::get_associated_cancellation_slot(handler).clear();
            std::move(handler)(std::move(failure), std::move(result));
        }
    };

    std::shared_ptr<OperationControl> control_;  // its signal's slot is that of this handler
    boost::asio::any_io_executor work_;
    Handler handler_;
};

template <class T>
struct InitiateOperation {
    template <class Handler>
    void operator()(Handler handler, boost::asio::any_io_executor strand, boost::asio::awaitable<Result<T>> body) const {
        const auto control = std::make_shared<OperationControl>(strand);
        if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
            slot.assign([weak = std::weak_ptr<OperationControl>(control)](boost::asio::cancellation_type) {
                const auto running = weak.lock();
                if (!running) return;
                boost::asio::dispatch(running->strand, [running] {
                    running->is_cancelled = true;
                    if (running->has_begun) running->signal.emit(boost::asio::cancellation_type::terminal);
                });
            });
        }
        boost::asio::co_spawn(strand, guard_operation<T>(control, std::move(body)),
                              boost::asio::bind_cancellation_slot(
                                  control->signal.slot(), OperationCompletion<T, Handler>(std::move(handler), control)));
    }
};

/// Runs `body` on the strand and comes back to the caller's executor. Never throws.
template <class T>
boost::asio::awaitable<Result<T>> run_on(boost::asio::any_io_executor strand, boost::asio::awaitable<Result<T>> body) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(std::exception_ptr, Result<T>)>(
        InitiateOperation<T>{}, boost::asio::use_awaitable, std::move(strand), std::move(body));
}

}  // namespace kahn::remote
