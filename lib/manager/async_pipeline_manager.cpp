#include <kahn/manager/async_pipeline_manager.hpp>

#include "manager/remote_clients.hpp"
#include "manager/remote_results.hpp"
#include "remote/status_map.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace kahn {

namespace asio = boost::asio;
namespace json = boost::json;
using remote::Client;
using remote::Repository;

namespace {

constexpr RemoteWords trigger_words{"Failed to trigger pipeline", "Failed to trigger pipeline", "Pipeline trigger request timed out",
                                    "Network error triggering pipeline", true};
constexpr RemoteWords status_words{"Failed to get status", "Failed to get pipeline status", "Pipeline status request timed out",
                                   "Network error getting pipeline status"};
constexpr RemoteWords cancel_words{"Failed to cancel pipeline", "Failed to cancel pipeline", "Pipeline cancel request timed out",
                                   "Network error cancelling pipeline"};
constexpr RemoteWords list_words{"Failed to get workflow runs", "Failed to get workflow runs", "Workflow runs request timed out",
                                 "Network error getting workflow runs"};
constexpr RemoteWords rerun_words{"Failed to rerun pipeline", "Failed to rerun pipeline", "Pipeline rerun request timed out",
                                  "Network error rerunning pipeline", true};
constexpr RemoteWords jobs_words{"Failed to get jobs", "Failed to get jobs", "Jobs request timed out", "Network error getting jobs"};

std::string seconds_text(std::chrono::milliseconds duration) {
    const auto whole = duration.count() / 1000;
    auto part = std::to_string(duration.count() % 1000);
    if (duration.count() % 1000 == 0) return std::to_string(whole);
    part.insert(0, 3 - part.size(), '0');
    while (part.back() == '0') part.pop_back();
    return std::to_string(whole) + "." + part;
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

/// What an operation needs, whatever becomes of the manager.
struct Context {
    std::shared_ptr<Client> client;
    std::shared_ptr<Clock> clock;
    Logger logger;

    AsyncPipelineResult failed(std::string id, const RemoteWords& words, const remote::RemoteFailure& failure) const {
        AsyncPipelineResult result = failed_result(std::move(id), words, failure, clock->system_now());
        logger.error("[ASYNC] " + *result.error);
        return result;
    }
};
using ContextPtr = std::shared_ptr<const Context>;

asio::awaitable<AsyncPipelineResult> trigger(ContextPtr context, std::string name, Repository repository, remote::DispatchRequest request) {
    context->logger.info("[ASYNC] triggering " + repository.text() + " " + request.workflow);
    auto client = context->client;
    const auto dispatched = co_await client->dispatch(repository, request);
    if (!dispatched) {
        auto result = context->failed(std::move(name), trigger_words, dispatched.failure());
        if (dispatched.failure().kind == remote::ErrorKind::outcome_unknown) (*result.data)["correlation"] = "unknown";
        co_return result;
    }
    const remote::Dispatched& run = dispatched.value();
    AsyncPipelineResult result;
    result.pipeline_id = std::move(name);
    result.message = "Pipeline triggered successfully";
    result.timestamp = context->clock->system_now();
    json::object data;
    data["repo"] = repository.text();
    data["workflow_id"] = request.workflow;
    data["ref"] = run.ref;
    data["inputs"] = nullptr;
    if (!request.inputs.empty()) {
        json::object inputs;
        for (const auto& [key, value] : request.inputs) inputs[key] = value;
        data["inputs"] = std::move(inputs);
    }
    data["run_id"] = run.run_id != 0 ? json::value(run.run_id) : json::value(nullptr);
    data["html_url"] = text_or_null(run.html_url);
    data["run_url"] = text_or_null(run.run_url);
    data["correlation"] = to_string(run.correlation);
    if (!run.candidates.empty()) {
        json::array candidates;
        for (const auto id : run.candidates) candidates.emplace_back(id);
        data["candidates"] = std::move(candidates);
    }
    result.data = std::move(data);
    co_return result;
}

AsyncPipelineResult status_result(const Context& context, const remote::WorkflowRun& run) {
    const auto state = remote::map_state(run.status, run.conclusion);
    const bool is_open = state.lacks_conclusion;  // a conclusion is still to come
    return run_result(run, state.reason, is_open ? PipelineStatus::running : state.status, context.clock->system_now());
}

asio::awaitable<AsyncPipelineResult> status_of_run(ContextPtr context, Repository repository, std::int64_t run_id) {
    auto client = context->client;
    const auto run = co_await client->run(repository, run_id);
    if (!run) co_return context->failed(std::to_string(run_id), status_words, run.failure());
    AsyncPipelineResult result = status_result(*context, run.value());
    const std::string& word = run.value().status;
    if (word == "pending") {
        // Which queue, and how far back in it: not every server can tell.
        const auto places = co_await client->concurrency(repository, run_id);
        if (places && !places.value().empty()) {
            (*result.data)["concurrency_group"] = places.value().front().group;
            (*result.data)["queue_position"] = places.value().front().position;
        }
    } else if (word == "waiting") {
        const auto pending = co_await client->pending_deployments(repository, run_id);
        if (pending && !pending.value().empty()) {
            json::array environments;
            json::array reviewers;
            for (const auto& deployment : pending.value()) {
                environments.emplace_back(deployment.environment);
                for (const auto& reviewer : deployment.reviewers) reviewers.emplace_back(reviewer);
            }
            (*result.data)["waiting_for_environments"] = std::move(environments);
            (*result.data)["reviewers"] = std::move(reviewers);
        }
    }
    co_return result;
}

asio::awaitable<AsyncPipelineResult> status_of_newest(ContextPtr context, Repository repository, std::string workflow_id) {
    const std::string id = workflow_id.empty() ? "unknown" : workflow_id;
    remote::RunFilter filter;
    filter.workflow = std::move(workflow_id);
    filter.limit = 1;
    auto client = context->client;
    const auto runs = co_await client->runs(std::move(repository), std::move(filter));
    if (!runs) co_return context->failed(id, status_words, runs.failure());
    if (!runs.value().runs.empty()) co_return status_result(*context, runs.value().runs.front());
    AsyncPipelineResult none;
    none.pipeline_id = id;
    none.message = "No workflow runs found";
    json::object data;
    data["total_count"] = 0;
    none.data = std::move(data);
    none.timestamp = context->clock->system_now();
    co_return none;
}

void add_watch_data(json::object& data, const remote::Watched& watched) {
    data["elapsed_ms"] = watched.elapsed.count();
    data["polls"] = watched.polls;
    data["not_modified"] = watched.not_modified;
    data["rate_remaining"] = watched.rate_remaining ? json::value(*watched.rate_remaining) : json::value(nullptr);
}

/// What a watch that came to its deadline is told as; without its words.
AsyncPipelineResult timed_out(const Context& context, std::int64_t run_id, const remote::Watched& watched, bool waits_for_approval) {
    const auto state = remote::map_state(watched.run.status, watched.run.conclusion, waits_for_approval);
    const bool was_seen = watched.run.id != 0;
    AsyncPipelineResult result;
    result.pipeline_id = std::to_string(run_id);
    result.status = PipelineStatus::failure;
    result.timestamp = context.clock->system_now();
    json::object data;
    data["last_known_status"] = was_seen ? to_string(state.lacks_conclusion ? PipelineStatus::running : state.status) : "unknown";
    data["error_kind"] = "timeout";
    data["reason"] = text_or_null(watched.reason);
    data["last_error"] = text_or_null(watched.last_error);
    data["hint"] = was_seen ? json::value(nullptr) : text_or_null(watched.last_error);
    data["html_url"] = text_or_null(watched.run.html_url);
    result.data = std::move(data);
    return result;
}

asio::awaitable<AsyncPipelineResult> wait(ContextPtr context, Repository repository, std::int64_t run_id, WaitOptions options) {
    remote::WatchOptions watch;
    watch.deadline = context->client->now() + options.timeout;
    watch.poll_interval = options.poll_interval;
    watch.attempt = options.attempt;
    watch.wait_for_approval = options.wait_for_approval;
    watch.is_fresh = options.is_fresh;
    auto client = context->client;
    const auto outcome = co_await client->watch(std::move(repository), run_id, watch);
    if (!outcome) co_return context->failed(std::to_string(run_id), status_words, outcome.failure());
    const remote::Watched& watched = outcome.value();
    const auto state = remote::map_state(watched.run.status, watched.run.conclusion, options.wait_for_approval);
    if (watched.is_complete) {
        AsyncPipelineResult result = run_result(watched.run, watched.reason, state.status, context->clock->system_now());
        add_watch_data(*result.data, watched);
        co_return result;
    }
    AsyncPipelineResult result = timed_out(*context, run_id, watched, options.wait_for_approval);
    result.message = "Pipeline did not complete within " + seconds_text(options.timeout) + "s timeout";
    result.error = "Timeout waiting for pipeline completion";
    add_watch_data(*result.data, watched);
    context->logger.error("[ASYNC] run " + result.pipeline_id + ": " + *result.error +
                          (watched.last_error.empty() ? "" : "; the last failure was: " + watched.last_error));
    co_return result;
}

asio::awaitable<AsyncPipelineResult> cancel(ContextPtr context, Repository repository, std::int64_t run_id, bool force) {
    auto client = context->client;
    auto asked = force ? client->force_cancel(repository, run_id) : client->cancel(repository, run_id);
    const auto outcome = co_await std::move(asked);
    if (!outcome) co_return context->failed(std::to_string(run_id), cancel_words, outcome.failure());
    if (outcome.value() == remote::CancelOutcome::already_completed) {
        const auto run = co_await client->run(repository, run_id);
        if (!run) co_return context->failed(std::to_string(run_id), cancel_words, run.failure());
        AsyncPipelineResult result = status_result(*context, run.value());
        result.message = "Pipeline had already " + result.message.substr(std::string_view("Pipeline ").size());
        co_return result;
    }
    AsyncPipelineResult result;
    result.pipeline_id = std::to_string(run_id);
    result.status = PipelineStatus::cancelled;
    result.message = "Pipeline cancellation requested";
    json::object data;
    data["run_id"] = run_id;
    result.data = std::move(data);
    result.timestamp = context->clock->system_now();
    co_return result;
}

asio::awaitable<AsyncPipelineResult> cancel_and_wait(ContextPtr context, Repository repository, std::int64_t run_id, CancelWaitOptions options) {
    remote::CancelOptions cancel;
    cancel.deadline = context->client->now() + options.timeout;
    cancel.poll_interval = options.poll_interval;
    cancel.escalate_after = options.escalate_after;
    auto client = context->client;
    const auto outcome = co_await client->cancel_and_wait(std::move(repository), run_id, cancel);
    if (!outcome) co_return context->failed(std::to_string(run_id), cancel_words, outcome.failure());
    const remote::Watched& watched = outcome.value().watched;
    AsyncPipelineResult result;
    if (watched.is_complete) {
        const auto state = remote::map_state(watched.run.status, watched.run.conclusion);
        result = run_result(watched.run, watched.reason, state.status, context->clock->system_now());
    } else {
        result = timed_out(*context, run_id, watched, false);
        result.message = "Pipeline did not end within " + seconds_text(options.timeout) + "s of its cancellation";
        result.error = "Timeout waiting for pipeline cancellation";
        context->logger.error("[ASYNC] run " + result.pipeline_id + ": " + *result.error);
    }
    add_watch_data(*result.data, watched);
    (*result.data)["forced"] = outcome.value().is_forced;
    (*result.data)["already_completed"] = outcome.value().outcome == remote::CancelOutcome::already_completed;
    co_return result;
}

asio::awaitable<AsyncPipelineResult> list(ContextPtr context, Repository repository, remote::RunFilter filter) {
    auto client = context->client;
    const auto runs = co_await client->runs(std::move(repository), std::move(filter));
    if (!runs) co_return context->failed("workflow_runs", list_words, runs.failure());
    AsyncPipelineResult result;
    result.pipeline_id = "workflow_runs";
    result.status = PipelineStatus::success;
    result.message = "Found " + std::to_string(runs.value().runs.size()) + " workflow runs";
    json::array rows;
    for (const remote::WorkflowRun& run : runs.value().runs) {
        json::object row;
        row["id"] = run.id;
        row["name"] = text_or_null(run.name);
        row["status"] = text_or_null(run.status);
        row["conclusion"] = text_or_null(run.conclusion);
        row["head_branch"] = text_or_null(run.head_branch);
        row["html_url"] = run.html_url;
        row["created_at"] = text_or_null(run.created_at);
        row["display_title"] = run.display_title;
        row["event"] = run.event;
        row["run_attempt"] = run.run_attempt;
        row["run_number"] = run.run_number;
        rows.push_back(std::move(row));
    }
    json::object data;
    data["total_count"] = runs.value().total_count;
    data["runs"] = std::move(rows);
    result.data = std::move(data);
    result.timestamp = context->clock->system_now();
    co_return result;
}

asio::awaitable<AsyncPipelineResult> rerun(ContextPtr context, Repository repository, std::int64_t run_id, remote::RerunKind kind) {
    auto client = context->client;
    const auto attempt = co_await client->rerun(std::move(repository), run_id, kind);
    if (!attempt) co_return context->failed(std::to_string(run_id), rerun_words, attempt.failure());
    AsyncPipelineResult result;
    result.pipeline_id = std::to_string(run_id);
    result.message = "Pipeline rerun requested";
    json::object data;
    data["run_id"] = run_id;
    data["run_attempt"] = attempt.value();
    result.data = std::move(data);
    result.timestamp = context->clock->system_now();
    co_return result;
}

asio::awaitable<AsyncPipelineResult> jobs(ContextPtr context, Repository repository, std::int64_t run_id) {
    auto client = context->client;
    const auto found = co_await client->jobs(std::move(repository), run_id);
    if (!found) co_return context->failed(std::to_string(run_id), jobs_words, found.failure());
    AsyncPipelineResult result;
    result.pipeline_id = std::to_string(run_id);
    result.status = PipelineStatus::success;
    result.message = "Found " + std::to_string(found.value().size()) + " jobs";
    json::array rows;
    for (const remote::WorkflowJob& job : found.value()) {
        json::object row;
        row["id"] = job.id;
        row["name"] = job.name;
        row["status"] = text_or_null(job.status);
        row["conclusion"] = text_or_null(job.conclusion);
        row["started_at"] = text_or_null(job.started_at);
        row["completed_at"] = text_or_null(job.completed_at);
        row["html_url"] = job.html_url;
        json::array steps;
        for (const remote::WorkflowStep& step : job.steps) {
            json::object its;
            its["number"] = step.number;
            its["name"] = step.name;
            its["status"] = text_or_null(step.status);
            its["conclusion"] = text_or_null(step.conclusion);
            steps.push_back(std::move(its));
        }
        row["steps"] = std::move(steps);
        rows.push_back(std::move(row));
    }
    json::object data;
    data["total_count"] = static_cast<std::int64_t>(found.value().size());
    data["jobs"] = std::move(rows);
    result.data = std::move(data);
    result.timestamp = context->clock->system_now();
    co_return result;
}

asio::awaitable<AsyncPipelineResult> run_local(asio::awaitable<Pipeline> running, std::shared_ptr<Clock> clock) {
    const Pipeline run = co_await std::move(running);
    AsyncPipelineResult result;
    result.pipeline_id = run.name;
    result.status = run.status;
    result.message = "Pipeline " + std::string(to_string(run.status));
    if (run.status == PipelineStatus::failure) result.error = "Pipeline failed: " + run.reason.text();
    json::object data;
    data["run_id"] = run.run_id;
    data["reason"] = text_or_null(run.reason.text());
    data["duration"] = std::chrono::duration<double>(run.duration).count();
    json::array stages;
    for (const PipelineStage& stage : run.stages) {
        json::object row;
        row["name"] = stage.name;
        row["status"] = to_string(stage.status);
        row["reason"] = text_or_null(stage.reason.text());
        stages.push_back(std::move(row));
    }
    data["stages"] = std::move(stages);
    result.data = std::move(data);
    result.timestamp = clock->system_now();
    co_return result;
}

}  // namespace

struct AsyncPipelineManager::Impl {
    Impl(std::optional<asio::any_io_executor> executor, AsyncOptions options)
        : logger(options.log_sink, options.log_level), local_options(std::move(options.local)) {
        if (!local_options.remote) local_options.remote = options.remote;  // jobs on GitHub: the same server
        if (!options.remote.clock) options.remote.clock = real_clock();
        clock = options.remote.clock;
        options.remote.logger = logger;
        clients.emplace(executor, std::move(options.remote));
        if (executor) local_executor = *executor;
    }

    ContextPtr context(const asio::any_io_executor& caller) {
        auto out = std::make_shared<Context>();
        out->clock = clock;
        out->logger = logger;
        out->client = clients->on(caller);
        return out;
    }

    PipelineManager& local_manager() {
        const std::lock_guard lock(mutex);
        if (!local) {
            local = local_executor ? std::make_unique<PipelineManager>(*local_executor, local_options)
                                   : std::make_unique<PipelineManager>(local_options);
        }
        return *local;
    }

    Logger logger;
    Options local_options;
    std::shared_ptr<Clock> clock;
    std::optional<RemoteClients> clients;
    std::optional<asio::any_io_executor> local_executor;
    std::mutex mutex;
    std::unique_ptr<PipelineManager> local;
};

namespace {

using Operation = std::function<asio::awaitable<AsyncPipelineResult>(ContextPtr)>;

template <class Impl>
asio::awaitable<AsyncPipelineResult> with_context(std::shared_ptr<Impl> impl, Operation operation) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto running = operation(impl->context(executor));
    co_return co_await std::move(running);
}

}  // namespace

AsyncPipelineManager::AsyncPipelineManager(AsyncOptions options) : impl_(std::make_shared<Impl>(std::nullopt, std::move(options))) {}

AsyncPipelineManager::AsyncPipelineManager(asio::any_io_executor executor, AsyncOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}

AsyncPipelineManager::~AsyncPipelineManager() = default;

asio::any_io_executor AsyncPipelineManager::executor() const { return impl_->local_executor.value_or(asio::any_io_executor()); }
PipelineManager& AsyncPipelineManager::local() { return impl_->local_manager(); }

std::string AsyncPipelineManager::base_url() const { return impl_->clients->any().base_url(); }

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_trigger_pipeline(std::string pipeline_name, std::string repo_owner,
                                                                                  std::string repo_name, std::string workflow_id,
                                                                                  TriggerOptions options) {
    remote::DispatchRequest request;
    request.workflow = std::move(workflow_id);
    request.ref = std::move(options.ref);
    request.inputs = std::move(options.inputs);
    request.correlate_input = std::move(options.correlate_input);
    Operation operation = [name = std::move(pipeline_name), repository = Repository(std::move(repo_owner), std::move(repo_name)),
                           request = std::move(request)](ContextPtr context) { return trigger(std::move(context), name, repository, request); };
    return with_context(impl_, std::move(operation));
}

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_get_pipeline_status(std::string repo_owner, std::string repo_name,
                                                                                     std::int64_t run_id) {
    Operation operation = [repository = Repository(std::move(repo_owner), std::move(repo_name)), run_id](ContextPtr context) {
        return status_of_run(std::move(context), repository, run_id);
    };
    return with_context(impl_, std::move(operation));
}

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_get_pipeline_status(std::string repo_owner, std::string repo_name,
                                                                                     std::string workflow_id) {
    Operation operation = [repository = Repository(std::move(repo_owner), std::move(repo_name)),
                           workflow_id = std::move(workflow_id)](ContextPtr context) {
        return status_of_newest(std::move(context), repository, workflow_id);
    };
    return with_context(impl_, std::move(operation));
}

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_wait_for_completion(std::string repo_owner, std::string repo_name,
                                                                                     std::int64_t run_id, WaitOptions options) {
    Operation operation = [repository = Repository(std::move(repo_owner), std::move(repo_name)), run_id, options](ContextPtr context) {
        return wait(std::move(context), repository, run_id, options);
    };
    return with_context(impl_, std::move(operation));
}

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_cancel_pipeline(std::string repo_owner, std::string repo_name,
                                                                                 std::int64_t run_id, bool force) {
    Operation operation = [repository = Repository(std::move(repo_owner), std::move(repo_name)), run_id, force](ContextPtr context) {
        return cancel(std::move(context), repository, run_id, force);
    };
    return with_context(impl_, std::move(operation));
}

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_cancel_and_wait(std::string repo_owner, std::string repo_name,
                                                                                 std::int64_t run_id, CancelWaitOptions options) {
    Operation operation = [repository = Repository(std::move(repo_owner), std::move(repo_name)), run_id, options](ContextPtr context) {
        return cancel_and_wait(std::move(context), repository, run_id, options);
    };
    return with_context(impl_, std::move(operation));
}

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_get_workflow_runs(std::string repo_owner, std::string repo_name,
                                                                                   remote::RunFilter filter) {
    Operation operation = [repository = Repository(std::move(repo_owner), std::move(repo_name)),
                           filter = std::move(filter)](ContextPtr context) { return list(std::move(context), repository, filter); };
    return with_context(impl_, std::move(operation));
}

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_run_local_pipeline(std::string pipeline_name, RunOptions options) {
    auto running = impl_->local_manager().run_pipeline_async(std::move(pipeline_name), std::move(options));
    return run_local(std::move(running), impl_->clock);
}

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_rerun_pipeline(std::string repo_owner, std::string repo_name,
                                                                                std::int64_t run_id, remote::RerunKind kind) {
    Operation operation = [repository = Repository(std::move(repo_owner), std::move(repo_name)), run_id, kind](ContextPtr context) {
        return rerun(std::move(context), repository, run_id, kind);
    };
    return with_context(impl_, std::move(operation));
}

asio::awaitable<AsyncPipelineResult> AsyncPipelineManager::async_get_jobs(std::string repo_owner, std::string repo_name,
                                                                          std::int64_t run_id) {
    Operation operation = [repository = Repository(std::move(repo_owner), std::move(repo_name)), run_id](ContextPtr context) {
        return jobs(std::move(context), repository, run_id);
    };
    return with_context(impl_, std::move(operation));
}

asio::awaitable<AsyncPipelineResult> async_trigger_pipeline(std::string repo_owner, std::string repo_name, std::string workflow_id,
                                                            TriggerOptions options, AsyncOptions manager) {
    AsyncPipelineManager once(std::move(manager));
    std::string name = repo_owner + "/" + repo_name + "/" + workflow_id;
    return once.async_trigger_pipeline(std::move(name), std::move(repo_owner), std::move(repo_name), std::move(workflow_id), std::move(options));
}

asio::awaitable<AsyncPipelineResult> async_get_pipeline_status(std::string repo_owner, std::string repo_name, std::int64_t run_id,
                                                               AsyncOptions manager) {
    AsyncPipelineManager once(std::move(manager));
    return once.async_get_pipeline_status(std::move(repo_owner), std::move(repo_name), run_id);
}

asio::awaitable<AsyncPipelineResult> async_wait_for_completion(std::string repo_owner, std::string repo_name, std::int64_t run_id,
                                                               WaitOptions options, AsyncOptions manager) {
    AsyncPipelineManager once(std::move(manager));
    return once.async_wait_for_completion(std::move(repo_owner), std::move(repo_name), run_id, std::move(options));
}

}  // namespace kahn
