#pragma once

// Every asynchronous operation with a completion token, for those who do not await it in a coroutine: a callback, use_future,
// deferred, as_tuple(...), bind_executor(...), bind_cancellation_slot(...), use_awaitable, or a token of one's own. The other public
// headers do not include this one, which takes seconds to compile.
//
//     kahn::async_run_pipeline(manager, "ci", [](std::exception_ptr failure, kahn::Pipeline result) { ... });
//     std::future<kahn::Pipeline> result = kahn::async_run_pipeline(manager, "ci", kahn::RunOptions(), asio::use_future);
//
// What all of them have in common:
//
// - The signature is `void(std::exception_ptr, T)`, without T for async_shutdown(). What the member function of the same name
//   throws at its call (an unknown name) is thrown at the call; a failed job is a value.
// - They run on a strand over the manager's executor, or, if it was given none, over the executor that is associated with the token.
//   Without either there is no place to run: Error (invalid_argument), at the call or, for a deferred operation, when it is
//   started. The token is completed on its associated executor, else on that strand; its associated allocator is used.
// - Cancellation: `terminal` is that of the member function: a local run ends its jobs and completes with a cancelled pipeline, a
//   remote operation completes with an error of kind `cancelled`; a second one makes a local run kill at once. `partial` and `total`
//   promise what no run can keep, and change nothing. async_shutdown() cannot be cancelled. Signals may be emitted on any thread,
//   one at a time; one that comes before the operation begins is not lost, one that comes after its end does nothing.
// - An operation owns what it needs: the manager may be destroyed before it completes (a local run is then cancelled at once), and
//   nothing runs on a context after that has been destroyed.

#include <kahn/base/error.hpp>
#include <kahn/manager/async_pipeline_manager.hpp>
#include <kahn/manager/pipeline_manager.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/strand.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn {
namespace detail {

/// Passes cancellations on to an operation's coroutine: on its strand, not before it has begun, not after it has ended.
class CancellationRelay {
public:
    explicit CancellationRelay(boost::asio::any_io_executor strand);
    ~CancellationRelay();
    CancellationRelay(const CancellationRelay&) = delete;
    CancellationRelay& operator=(const CancellationRelay&) = delete;

    boost::asio::cancellation_slot slot() noexcept;
    void cancel(boost::asio::cancellation_type type);  ///< from any thread
    void begun();                                      ///< on the strand
    void ended() noexcept;
    void destroyed() noexcept;  ///< with its context, from which nothing may be kept

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Completes an operation: called on its strand, it calls the token's handler on the handler's executor, with its allocator.
template <class Handler>
class OperationHandler {
public:
    OperationHandler(Handler handler, const boost::asio::any_io_executor& strand, std::shared_ptr<CancellationRelay> relay)
        : work_(boost::asio::prefer(boost::asio::get_associated_executor(handler, strand),
                                    boost::asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler)),
          relay_(std::move(relay)) {}
    OperationHandler(OperationHandler&&) noexcept = default;
    OperationHandler& operator=(OperationHandler&&) = delete;
    ~OperationHandler() {
        if (relay_) relay_->destroyed();
    }

    template <class... Result>
    void operator()(std::exception_ptr failure, Result... result) {
        std::exchange(relay_, nullptr)->ended();
        auto allocator = boost::asio::get_associated_allocator(handler_);
        auto deliver = [handler = std::move(handler_), failure = std::move(failure), ... result = std::move(result)]() mutable {
            // On the handler's executor, where nobody can be emitting to it.
            if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();
            std::move(handler)(std::move(failure), std::move(result)...);
        };
        boost::asio::dispatch(work_, boost::asio::bind_allocator(allocator, std::move(deliver)));
    }

private:
    using Executor = boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>;
    std::decay_t<decltype(boost::asio::prefer(std::declval<Executor>(), boost::asio::execution::outstanding_work.tracked))> work_;
    Handler handler_;
    std::shared_ptr<CancellationRelay> relay_;
};

/// \throws Error (invalid_argument) for none, and for the system's, whose threads nobody asked for
boost::asio::any_io_executor require_executor(boost::asio::any_io_executor executor);

template <class Handler>
boost::asio::any_io_executor executor_for(const Handler& handler, const boost::asio::any_io_executor& of_manager) {
    if (of_manager) return of_manager;
    const auto associated = boost::asio::get_associated_executor(handler, boost::asio::any_io_executor());
    if constexpr (std::is_convertible_v<decltype(associated), boost::asio::any_io_executor>) return require_executor(associated);
    return require_executor(boost::asio::any_io_executor());
}

template <class T>
boost::asio::awaitable<T> relayed(std::shared_ptr<CancellationRelay> relay, boost::asio::awaitable<T> operation) {
    relay->begun();
    co_return co_await std::move(operation);
}

struct InitiateOperation {
    template <class Handler, class T>
    void operator()(Handler handler, boost::asio::awaitable<T> operation, const boost::asio::any_io_executor& of_manager) const {
        const boost::asio::any_io_executor strand = boost::asio::make_strand(executor_for(handler, of_manager));
        auto relay = std::make_shared<CancellationRelay>(strand);
        if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
            slot.assign([relay](boost::asio::cancellation_type type) { relay->cancel(type); });
        }
        auto body = relayed(relay, std::move(operation));
        const auto slot = relay->slot();
        OperationHandler<Handler> completion(std::move(handler), strand, std::move(relay));
        boost::asio::co_spawn(strand, std::move(body), boost::asio::bind_cancellation_slot(slot, std::move(completion)));
    }
};

template <class T>
struct OperationSignature {
    using type = void(std::exception_ptr, T);
};
template <>
struct OperationSignature<void> {
    using type = void(std::exception_ptr);
};

template <class T, class Token>
auto start_operation(boost::asio::any_io_executor of_manager, boost::asio::awaitable<T> operation, Token&& token) {
    return boost::asio::async_initiate<Token, typename OperationSignature<T>::type>(InitiateOperation(), token, std::move(operation),
                                                                                   std::move(of_manager));
}

}  // namespace detail

// On this machine ---------------------------------------------------------------------------------------------------

/// PipelineManager::run_pipeline_async(): `void(std::exception_ptr, Pipeline)`.
template <class Token>
auto async_run_pipeline(PipelineManager& manager, std::string name, RunOptions options, Token&& token) {
    return detail::start_operation(manager.executor(), manager.run_pipeline_async(std::move(name), std::move(options)),
                                   std::forward<Token>(token));
}
template <class Token>
auto async_run_pipeline(PipelineManager& manager, std::string name, Token&& token) {
    return async_run_pipeline(manager, std::move(name), RunOptions(), std::forward<Token>(token));
}

/// The same for a pipeline that is not to be remembered; ConfigError at the call.
template <class Token>
auto async_run_pipeline(PipelineManager& manager, Pipeline definition, RunOptions options, Token&& token) {
    return detail::start_operation(manager.executor(), manager.run_pipeline_async(std::move(definition), std::move(options)),
                                   std::forward<Token>(token));
}
template <class Token>
auto async_run_pipeline(PipelineManager& manager, Pipeline definition, Token&& token) {
    return async_run_pipeline(manager, std::move(definition), RunOptions(), std::forward<Token>(token));
}

/// PipelineManager::parallel_pipeline_execution_async(): `void(std::exception_ptr, ParallelExecution)`.
template <class Token>
auto async_parallel_pipeline_execution(PipelineManager& manager, std::vector<PipelineStage> stages, Token&& token) {
    return detail::start_operation(manager.executor(), manager.parallel_pipeline_execution_async(std::move(stages)),
                                   std::forward<Token>(token));
}

/// PipelineManager::shutdown(): `void(std::exception_ptr)`.
template <class Token>
auto async_shutdown(PipelineManager& manager, Token&& token) {
    return detail::start_operation(manager.executor(), manager.shutdown(), std::forward<Token>(token));
}

// On GitHub ---------------------------------------------------------------------------------------------------------
// All of them: `void(std::exception_ptr, AsyncPipelineResult)`.

template <class Token>
auto async_trigger_pipeline(AsyncPipelineManager& manager, std::string pipeline_name, std::string repo_owner, std::string repo_name,
                            std::string workflow_id, TriggerOptions options, Token&& token) {
    return detail::start_operation(manager.executor(),
                                   manager.async_trigger_pipeline(std::move(pipeline_name), std::move(repo_owner), std::move(repo_name),
                                                                  std::move(workflow_id), std::move(options)),
                                   std::forward<Token>(token));
}

template <class Token>
auto async_get_pipeline_status(AsyncPipelineManager& manager, std::string repo_owner, std::string repo_name, std::int64_t run_id,
                               Token&& token) {
    return detail::start_operation(manager.executor(),
                                   manager.async_get_pipeline_status(std::move(repo_owner), std::move(repo_name), run_id),
                                   std::forward<Token>(token));
}
template <class Token>
auto async_get_pipeline_status(AsyncPipelineManager& manager, std::string repo_owner, std::string repo_name, std::string workflow_id,
                               Token&& token) {
    return detail::start_operation(
        manager.executor(),
        manager.async_get_pipeline_status(std::move(repo_owner), std::move(repo_name), std::move(workflow_id)),
        std::forward<Token>(token));
}

template <class Token>
auto async_wait_for_completion(AsyncPipelineManager& manager, std::string repo_owner, std::string repo_name, std::int64_t run_id,
                               WaitOptions options, Token&& token) {
    return detail::start_operation(
        manager.executor(),
        manager.async_wait_for_completion(std::move(repo_owner), std::move(repo_name), run_id, std::move(options)),
        std::forward<Token>(token));
}

template <class Token>
auto async_cancel_pipeline(AsyncPipelineManager& manager, std::string repo_owner, std::string repo_name, std::int64_t run_id, bool force,
                           Token&& token) {
    return detail::start_operation(manager.executor(),
                                   manager.async_cancel_pipeline(std::move(repo_owner), std::move(repo_name), run_id, force),
                                   std::forward<Token>(token));
}

template <class Token>
auto async_cancel_and_wait(AsyncPipelineManager& manager, std::string repo_owner, std::string repo_name, std::int64_t run_id,
                           CancelWaitOptions options, Token&& token) {
    return detail::start_operation(
        manager.executor(), manager.async_cancel_and_wait(std::move(repo_owner), std::move(repo_name), run_id, std::move(options)),
        std::forward<Token>(token));
}

template <class Token>
auto async_get_workflow_runs(AsyncPipelineManager& manager, std::string repo_owner, std::string repo_name, remote::RunFilter filter,
                             Token&& token) {
    return detail::start_operation(
        manager.executor(), manager.async_get_workflow_runs(std::move(repo_owner), std::move(repo_name), std::move(filter)),
        std::forward<Token>(token));
}

template <class Token>
auto async_rerun_pipeline(AsyncPipelineManager& manager, std::string repo_owner, std::string repo_name, std::int64_t run_id,
                          remote::RerunKind kind, Token&& token) {
    return detail::start_operation(manager.executor(),
                                   manager.async_rerun_pipeline(std::move(repo_owner), std::move(repo_name), run_id, kind),
                                   std::forward<Token>(token));
}

template <class Token>
auto async_get_jobs(AsyncPipelineManager& manager, std::string repo_owner, std::string repo_name, std::int64_t run_id, Token&& token) {
    return detail::start_operation(manager.executor(), manager.async_get_jobs(std::move(repo_owner), std::move(repo_name), run_id),
                                   std::forward<Token>(token));
}

template <class Token>
auto async_run_local_pipeline(AsyncPipelineManager& manager, std::string pipeline_name, RunOptions options, Token&& token) {
    return detail::start_operation(manager.executor(),
                                   manager.async_run_local_pipeline(std::move(pipeline_name), std::move(options)),
                                   std::forward<Token>(token));
}

// Any other ---------------------------------------------------------------------------------------------------------

/// What has no form of its own above, such as the operations of remote::Client: `void(std::exception_ptr, T)`, of an
/// `awaitable<void>` `void(std::exception_ptr)`.
///
///     kahn::async_operation(executor, client.jobs(repository, 42), token);
///
/// \param executor none: the one that is associated with the token
template <class T, class Token>
auto async_operation(boost::asio::any_io_executor executor, boost::asio::awaitable<T> operation, Token&& token) {
    return detail::start_operation(std::move(executor), std::move(operation), std::forward<Token>(token));
}

}  // namespace kahn
