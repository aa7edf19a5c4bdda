#pragma once

#include <kahn/manager/pipeline_manager.hpp>
#include <kahn/remote/client.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace kahn {

/// What one operation on a remote pipeline came to. A failure is told here, never thrown.
struct AsyncPipelineResult {
    AsyncPipelineResult() = default;

    std::string pipeline_id;
    PipelineStatus status = PipelineStatus::pending;
    std::string message;
    std::optional<boost::json::object> data;  ///< what there is to know; of a failure its kind, status, hint
    std::optional<std::string> error;         ///< one line; nothing: it went well
    SystemTime timestamp;

    /// `{pipeline_id, status, message, data, error, timestamp}`; null where there is nothing, the time as
    /// `2026-11-25T02:17:39.123456+00:00`.
    boost::json::object to_json() const;
};
static_assert(!std::is_aggregate_v<AsyncPipelineResult>);

struct AsyncOptions {
    AsyncOptions() = default;

    remote::RemoteOptions remote;  ///< server, token, proxies, limits of time
    Options local;                 ///< of the manager that runs local pipelines
    LogSink log_sink;              ///< nothing: silent
    LogLevel log_level = LogLevel::warning;
};
static_assert(!std::is_aggregate_v<AsyncOptions>);

/// What a run is to be started with, beyond the workflow.
struct TriggerOptions {
    TriggerOptions() = default;

    std::string ref;  ///< a branch or a tag; empty: the repository's default branch
    std::map<std::string, std::string> inputs;
    std::string correlate_input;  ///< see remote::DispatchRequest
};
static_assert(!std::is_aggregate_v<TriggerOptions>);

struct WaitOptions {
    WaitOptions() = default;

    std::chrono::milliseconds timeout{std::chrono::hours{1}};
    std::chrono::milliseconds poll_interval{0};  ///< at least this long between two looks; 0: adaptive, 2 to 15 s
    std::int64_t attempt = 0;                    ///< 0: the one that is seen first
    bool wait_for_approval = false;
    bool is_fresh = false;  ///< just started: it may be not found for half a minute
};
static_assert(!std::is_aggregate_v<WaitOptions>);

/// How a run is cancelled and its end waited for.
struct CancelWaitOptions {
    CancelWaitOptions() = default;

    std::chrono::milliseconds timeout{std::chrono::minutes{15}};
    std::chrono::milliseconds poll_interval{0};  ///< at least this long between two looks; 0: adaptive
    std::chrono::milliseconds escalate_after{std::chrono::minutes{5}};  ///< then it is ended by force; 0: never
};
static_assert(!std::is_aggregate_v<CancelWaitOptions>);

/// Pipelines on GitHub Actions, and local ones beside them.
///
/// No operation throws for what HTTP or the network do: that is in AsyncPipelineResult::error, with `error_kind`,
/// `http_status`, `github_message`, `request_id`, `hint`, `attempts` and `retry_after` in the data.
/// \par Cancellation
/// `terminal`, for all operations: they end within moments, their error's kind is `cancelled`; a dispatch that may have
/// arrived says so (`outcome_unknown`). The remote run goes on: async_cancel_pipeline() ends it.
/// \par Thread safety
/// Every member may be called from any thread. Operations run on strands of their own and come back to whoever awaits them.
/// \par Object lifetimes
/// An operation owns what it needs. Without an executor, kept connections end with the last operation of their context.
class AsyncPipelineManager {
public:
    /// Operations use the context of the coroutine that awaits them.
    /// \throws Error (invalid_argument) if the server's address or the token make no sense
    explicit AsyncPipelineManager(AsyncOptions options = AsyncOptions());
    /// Operations use `executor`, whose context outlives this.
    explicit AsyncPipelineManager(boost::asio::any_io_executor executor, AsyncOptions options = AsyncOptions());
    ~AsyncPipelineManager();
    AsyncPipelineManager(const AsyncPipelineManager&) = delete;
    AsyncPipelineManager& operator=(const AsyncPipelineManager&) = delete;

    /// Starts a workflow, at most once. The run's id is `run_id` in the data, `correlation` tells how it is known.
    /// \param pipeline_name  becomes the result's id
    /// \param workflow_id    a file's name or a number
    boost::asio::awaitable<AsyncPipelineResult> async_trigger_pipeline(std::string pipeline_name, std::string repo_owner,
                                                                       std::string repo_name, std::string workflow_id,
                                                                       TriggerOptions options = TriggerOptions());

    /// Of one run.
    boost::asio::awaitable<AsyncPipelineResult> async_get_pipeline_status(std::string repo_owner, std::string repo_name,
                                                                          std::int64_t run_id);
    /// Of the newest run of a workflow, whoever started it; with an empty id, of the repository.
    boost::asio::awaitable<AsyncPipelineResult> async_get_pipeline_status(std::string repo_owner, std::string repo_name,
                                                                          std::string workflow_id);

    /// Returns when the run has ended, or the time is up. Hiccups of the server or the network do not end it; what no waiting
    /// mends does at once.
    boost::asio::awaitable<AsyncPipelineResult> async_wait_for_completion(std::string repo_owner, std::string repo_name,
                                                                          std::int64_t run_id, WaitOptions options = WaitOptions());

    /// Asks the server to cancel. A run that has ended already is told with its own conclusion.
    boost::asio::awaitable<AsyncPipelineResult> async_cancel_pipeline(std::string repo_owner, std::string repo_name,
                                                                      std::int64_t run_id, bool force = false);

    /// Cancels, waits until the run has ended, and ends it by force if it takes too long. The result is the run's own, with
    /// `forced` and `already_completed` in the data.
    boost::asio::awaitable<AsyncPipelineResult> async_cancel_and_wait(std::string repo_owner, std::string repo_name, std::int64_t run_id,
                                                                      CancelWaitOptions options = CancelWaitOptions());

    boost::asio::awaitable<AsyncPipelineResult> async_get_workflow_runs(std::string repo_owner, std::string repo_name,
                                                                        remote::RunFilter filter = remote::RunFilter());

    /// Runs a pipeline of local() on this machine.
    /// \throws Error (unknown_pipeline), at the call: `Pipeline 'x' not found`
    boost::asio::awaitable<AsyncPipelineResult> async_run_local_pipeline(std::string pipeline_name, RunOptions options = RunOptions());

    /// Starts a run again; `run_attempt` in the data is what to wait for.
    boost::asio::awaitable<AsyncPipelineResult> async_rerun_pipeline(std::string repo_owner, std::string repo_name, std::int64_t run_id,
                                                                     remote::RerunKind kind = remote::RerunKind::all_jobs);
    boost::asio::awaitable<AsyncPipelineResult> async_get_jobs(std::string repo_owner, std::string repo_name, std::int64_t run_id);

    /// The one that was given to it, or none.
    boost::asio::any_io_executor executor() const;
    /// Where local pipelines are created.
    PipelineManager& local();
    /// `https://api.github.com`
    std::string base_url() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// One operation by a manager of its own. The trigger's id is `owner/repo/workflow`.
boost::asio::awaitable<AsyncPipelineResult> async_trigger_pipeline(std::string repo_owner, std::string repo_name,
                                                                   std::string workflow_id, TriggerOptions options = TriggerOptions(),
                                                                   AsyncOptions manager = AsyncOptions());
boost::asio::awaitable<AsyncPipelineResult> async_get_pipeline_status(std::string repo_owner, std::string repo_name,
                                                                      std::int64_t run_id, AsyncOptions manager = AsyncOptions());
boost::asio::awaitable<AsyncPipelineResult> async_wait_for_completion(std::string repo_owner, std::string repo_name,
                                                                      std::int64_t run_id, WaitOptions options = WaitOptions(),
                                                                      AsyncOptions manager = AsyncOptions());

}  // namespace kahn
