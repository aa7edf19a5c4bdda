#include "manager/github_executor.hpp"

#include <kahn/base/time.hpp>

#include "engine/job_outputs.hpp"
#include "manager/github_story.hpp"
#include "manager/remote_clients.hpp"
#include "process/output_sink.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace kahn {

namespace asio = boost::asio;
using remote::Client;
using remote::ErrorKind;

namespace {

/// What all attempts of one executor share.
class GithubJobs {
public:
    explicit GithubJobs(GithubExecutorOptions options_) : options(std::move(options_)) {}

    std::shared_ptr<Client> client(const asio::any_io_executor& caller, const AttemptRequest& request) {
        std::shared_ptr<RemoteClients> clients;
        {
            const std::scoped_lock lock(mutex_);
            if (!clients_) {
                remote::RemoteOptions wanted = options.remote;
                // As it was when the run began: a program with threads must not read its environment whenever it likes.
                if (!wanted.environment && request.host_environment) {
                    wanted.environment = [host = request.host_environment](std::string_view name) -> std::optional<std::string> {
                        const auto found = host->find(name);
                        return found == host->end() ? std::nullopt : std::optional<std::string>(found->second);
                    };
                }
                clients_ = std::make_shared<RemoteClients>(options.place, std::move(wanted));
            }
            clients = clients_;
        }
        return clients->on(caller);
    }

    // Runs that go on, for whoever has to say so.
    void going_on(const void* attempt, std::string what) {
        const std::scoped_lock lock(mutex_);
        going_on_.insert_or_assign(attempt, std::move(what));
    }
    /// Whether it was still noted.
    bool forget(const void* attempt) noexcept {
        const std::scoped_lock lock(mutex_);
        return going_on_.erase(attempt) > 0;
    }
    void leave_all() noexcept {
        std::map<const void*, std::string> left;
        {
            const std::scoped_lock lock(mutex_);
            is_over_ = true;
            left.swap(going_on_);
        }
        for (const auto& [attempt, what] : left) options.logger.warning(what);
    }
    bool is_over() {
        const std::scoped_lock lock(mutex_);
        return is_over_;
    }

    const GithubExecutorOptions options;
    const std::shared_ptr<process::TailBudget> tails = std::make_shared<process::TailBudget>(std::size_t{4} << 20U);

private:
    std::mutex mutex_;
    std::shared_ptr<RemoteClients> clients_;
    std::map<const void*, std::string> going_on_;
    bool is_over_ = false;
};

remote::Repository repository_of(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return remote::Repository(text, "");  // refused by whoever is asked for it
    return remote::Repository(text.substr(0, slash), text.substr(slash + 1));
}

/// One attempt, on its run's strand.
class GithubAttempt {
public:
    GithubAttempt(std::shared_ptr<GithubJobs> jobs_, std::shared_ptr<Client> client_, AttemptRequest request_,
                  std::shared_ptr<AttemptListener> listener)
        : jobs(std::move(jobs_)),
          client(std::move(client_)),
          request(std::move(request_)),
          repository(repository_of(request.job.github->repo)),
          story(*request.job.github),
          sink_(jobs->tails, jobs->options.process.kept_output_bytes,
                process::LogFile(request.log, jobs->options.process.log_limit_bytes), std::move(listener), request.masker) {}
    ~GithubAttempt() {
        if (jobs->forget(this)) jobs->options.logger.warning(goes_on_text());  // destroyed with its run's loop
    }
    GithubAttempt(const GithubAttempt&) = delete;
    GithubAttempt& operator=(const GithubAttempt&) = delete;

    void say(const GithubStory::Lines& lines) {
        for (const GithubStory::Line& line : lines) sink_.take(line.stream, line.text);
    }
    void started(const remote::Dispatched& dispatched) {
        say(story.started(dispatched));
        if (story.run_id() != 0 && request.job.github->wait) jobs->going_on(this, goes_on_text());
    }
    std::chrono::milliseconds grace() const noexcept { return jobs->options.process.grace; }

    AttemptOutcome finish(AttemptOutcome outcome) {
        jobs->forget(this);
        if (!outcome.succeeded() && !outcome.message.empty()) say({{OutputStream::stderr_stream, outcome.message + '\n'}});
        const auto file = request.environment.find("KAHN_OUTPUT");
        if (outcome.succeeded() && file != request.environment.end()) append_outputs(file->second, story.outputs());
        sink_.finish(outcome);
        return outcome;
    }

    const std::shared_ptr<GithubJobs> jobs;
    const std::shared_ptr<Client> client;
    const AttemptRequest request;
    const remote::Repository repository;
    GithubStory story;

private:
    std::string goes_on_text() const {
        return "job '" + request.stage + "." + request.job.name + "': " + story.run_text() + " goes on on GitHub, and nobody follows it any more";
    }

    process::OutputSink sink_;
};

using AttemptPtr = std::shared_ptr<GithubAttempt>;

/// Whether the attempt has been told to end since this was last asked.
asio::awaitable<bool> was_told_to_end() {
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    const bool was_told = state.cancelled() != asio::cancellation_type::none;
    if (was_told) co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_return was_told;
}

/// Asks GitHub to cancel the run, and waits for what becomes of it.
asio::awaitable<AttemptOutcome> end_run(AttemptPtr attempt) {
    if (attempt->jobs->is_over()) co_return attempt->story.goes_on("kahn itself is ending");
    const auto client = attempt->client;
    const SteadyTime deadline = client->now() + attempt->grace();
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const auto asked = co_await client->cancel(attempt->repository, attempt->story.run_id(), deadline);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    if (!asked) co_return attempt->story.goes_on("it could not be told to end: " + failure_text(asked.failure()));
    attempt->say(attempt->story.asked_to_end());
    remote::WatchOptions watch;
    watch.deadline = deadline;
    watch.attempt = 1;
    const auto watched = co_await client->watch(attempt->repository, attempt->story.run_id(), watch);
    if (!watched) co_return attempt->story.goes_on("it was told to end; " + failure_text(watched.failure()));
    attempt->say(attempt->story.seen(watched.value().run));
    if (watched.value().is_complete) co_return attempt->story.ended(asked.value() == remote::CancelOutcome::already_completed);
    co_return attempt->story.goes_on("it has not ended " + format_duration(attempt->grace()) + " after it was told to");
}

/// Follows the run that was started to its end, or until the attempt is told to end.
asio::awaitable<AttemptOutcome> follow_run(AttemptPtr attempt) {
    const auto client = attempt->client;
    remote::WatchOptions watch;
    watch.attempt = 1;  // a later one is somebody else's
    watch.is_fresh = true;
    watch.since = std::make_shared<const remote::WorkflowRun>();
    for (;;) {
        const bool is_to_end = co_await was_told_to_end();
        if (is_to_end) co_return co_await end_run(attempt);
        const auto watched = co_await client->watch(attempt->repository, attempt->story.run_id(), watch);
        if (!watched) {
            const bool is_told = co_await was_told_to_end();
            if (is_told) co_return co_await end_run(attempt);
            co_return attempt->story.lost(watched.failure());
        }
        const remote::WorkflowRun& run = watched.value().run;
        attempt->say(attempt->story.seen(run));
        if (run.status == "in_progress" || run.status == "completed") {
            const auto jobs = co_await client->jobs(attempt->repository, run.id);
            if (jobs) attempt->say(attempt->story.jobs_seen(jobs.value()));
        }
        if (watched.value().is_complete) co_return attempt->story.completed();
        watch.is_fresh = false;
        watch.since = std::make_shared<const remote::WorkflowRun>(run);
    }
}

asio::awaitable<AttemptOutcome> start_and_follow(AttemptPtr attempt) {
    const GithubWorkflow& workflow = *attempt->request.job.github;
    const auto client = attempt->client;
    remote::DispatchRequest dispatch;
    dispatch.workflow = workflow.workflow;
    dispatch.ref = workflow.ref;
    for (const auto& [name, value] : workflow.inputs) dispatch.inputs.emplace(name, value);
    attempt->say(attempt->story.begins());
    const auto dispatched = co_await client->dispatch(attempt->repository, dispatch);
    if (!dispatched) {
        const bool is_told = co_await was_told_to_end();
        co_return attempt->story.refused(dispatched.failure(), is_told);
    }
    attempt->started(dispatched.value());
    if (!workflow.wait) co_return attempt->story.only_started();
    if (attempt->story.run_id() == 0) co_return attempt->story.cannot_be_found(dispatched.value());
    co_return co_await follow_run(attempt);
}

asio::awaitable<AttemptOutcome> run_on_github(std::shared_ptr<GithubJobs> jobs, AttemptRequest request, std::shared_ptr<AttemptListener> listener) {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const asio::any_io_executor strand = co_await asio::this_coro::executor;
    const auto client = jobs->client(strand, request);
    const auto attempt = std::make_shared<GithubAttempt>(jobs, client, std::move(request), std::move(listener));
    AttemptOutcome outcome = co_await start_and_follow(attempt);
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return attempt->finish(std::move(outcome));
}

class GithubExecutor final : public Executor {
public:
    explicit GithubExecutor(GithubExecutorOptions options) : jobs_(std::make_shared<GithubJobs>(std::move(options))) {}

    asio::awaitable<AttemptOutcome> run(AttemptRequest request, std::shared_ptr<AttemptListener> listener) override {
        return run_on_github(jobs_, std::move(request), std::move(listener));
    }
    void kill_all(std::chrono::milliseconds) noexcept override { jobs_->leave_all(); }

private:
    std::shared_ptr<GithubJobs> jobs_;
};

}  // namespace

std::shared_ptr<Executor> make_github_executor(GithubExecutorOptions options) {
    return std::make_shared<GithubExecutor>(std::move(options));
}

}  // namespace kahn
