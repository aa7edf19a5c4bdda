#include "engine/job_run.hpp"

#include "engine/deadline.hpp"
#include "engine/job_files.hpp"
#include "engine/job_outputs.hpp"
#include "engine/retry_policy.hpp"
#include "engine/run.hpp"
#include "engine/secrets.hpp"
#include "engine/trace_context.hpp"
#include "engine/verdict.hpp"

#include <kahn/base/error.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <random>
#include <utility>

namespace kahn {

namespace asio = boost::asio;
using graph::NodeIndex;
using graph::Outcome;

namespace {

/// Passes what an attempt says on to the run's events.
class Forwarder final : public AttemptListener {
public:
    Forwarder(std::shared_ptr<Run> run, NodeIndex node, int attempt)
        : run_(std::move(run)), node_(node), attempt_(attempt) {}

    void on_command(std::size_t command, int pid) noexcept override {
        run_->events().emit(event::CommandStarted{run_->stage_of(node_), run_->job_of(node_), attempt_, command, pid});
    }
    void on_output(OutputStream stream, std::uint64_t offset, std::string_view text) noexcept override {
        run_->events().emit(event::JobOutput{run_->stage_of(node_), run_->job_of(node_), attempt_, stream, offset, text});
    }

private:
    std::shared_ptr<Run> run_;
    NodeIndex node_;
    int attempt_;
};

AttemptOutcome failed_outcome(std::string text) {
    AttemptOutcome outcome;
    outcome.end = AttemptEnd::not_started;
    outcome.message = std::move(text);
    return outcome;
}

AttemptOutcome stopped_outcome() {
    AttemptOutcome outcome;
    outcome.end = AttemptEnd::stopped;
    return outcome;
}

double random_jitter() {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<double>{0.0, 1.0}(random);
}

void begin_attempt(Run& run, NodeIndex node, JobAttempt& attempt) {
    PipelineJob& job = run.job_of(node);
    const RunClock& clock = *run.clock();
    attempt.number = static_cast<int>(job.attempts.size());
    attempt.status = PipelineStatus::running;
    attempt.start_time = clock.system_now();
    if (attempt.number == 1) {
        job.status = PipelineStatus::running;
        job.start_time = attempt.start_time;
        attempt.queued = clock.now() - run.ready_since(node);
    }
    const auto place = run.node(node);
    attempt.log = run.files().log(place.stage, place.job, attempt.number);
    run.events().emit(event::JobStarted{run.stage_of(node), job, attempt});
}

/// Outputs are written down, and a rerun takes them from there: what is hidden could not be handed on.
void require_plain_outputs(const Masker& masker, const std::vector<std::string>& secrets, const Variables& outputs) {
    for (const auto& [name, value] : outputs) {
        const bool is_secret = std::find(secrets.begin(), secrets.end(), name) != secrets.end();
        if (!is_secret && !masker.finds_in(name) && !masker.finds_in(value)) continue;
        throw Error(Errc::invalid_argument, "KAHN_OUTPUT: '" + name + "' " + (is_secret ? "is" : "has") +
                                                " a secret, and outputs are written down: jobs take secrets from the environment");
    }
}

/// Takes the outputs of an attempt that succeeded; of any other they are gone with it.
void keep_outputs(Run& run, NodeIndex node, JobAttempt& attempt) {
    PipelineJob& job = run.job_of(node);
    const auto place = run.node(node);
    job.outputs.clear();
    try {
        Variables outputs = take_outputs(run.files().output(place.stage, place.job, attempt.number));
        if (attempt.status != PipelineStatus::success) return;
        if (run.masker()) require_plain_outputs(*run.masker(), run.pipeline().secrets, outputs);
        job.outputs = std::move(outputs);
    } catch (const Error& failure) {
        if (attempt.status != PipelineStatus::success) return;
        attempt.status = PipelineStatus::failure;
        attempt.reason = Reason(Reason::Code::outputs, failure.what());
    }
}

/// The request, as of its first attempt. A job that cannot be set up fails with what `error` says, as an attempt.
AttemptRequest set_up(Run& run, NodeIndex node, std::string& error) {
    PipelineJob& job = run.job_of(node);
    const auto place = run.node(node);
    AttemptRequest request;
    try {
        const Variables outputs = run.lineage().variables(place.stage, place.job);
        const PipelineStage& defined = run.definition_of(place.stage);
        request = make_request(run.context(), defined, defined.jobs[place.job], 1, outputs);
        request.masker = run.masker();
        request.suspension = run.suspension();
        job.digest = job_digest(request, run.lineage().inputs(place.stage, place.job));
    } catch (const std::exception& failure) {
        error = failure.what();
    }
    return request;
}

/// Lets a recorded success stand for the job, if there is one.
asio::awaitable<bool> reuse_job(std::shared_ptr<Run> run, NodeIndex node) {
    PipelineJob& job = run->job_of(node);
    if (!run->reuse() || job.digest.empty()) co_return false;
    const auto place = run->node(node);
    const ReuseQuestion question(run->pipeline(), run->stage_of(node), job, run->files().artifacts(place.stage, place.job),
                                 run->files().all_artifacts());
    std::optional<PipelineJob> recorded;
    try {
        recorded = co_await run->reuse()(question);
    } catch (const std::exception& failure) {
        job.warnings.push_back(std::string("not reused: ") + failure.what());
    }
    if (!recorded) co_return false;
    job.status = PipelineStatus::success;
    job.start_time = job.end_time = run->clock()->system_now();
    job.exit_code = recorded->exit_code;
    job.output = std::move(recorded->output);
    job.error = std::move(recorded->error);
    job.outputs = std::move(recorded->outputs);
    job.tests = std::move(recorded->tests);
    job.collected_artifacts = std::move(recorded->collected_artifacts);
    job.reused_from = std::move(recorded->reused_from);
    run->job_ended(node);
    co_return true;
}

/// It was told to end before its first attempt.
Outcome cancel_unstarted(Run& run, NodeIndex node, const Reason& reason) {
    PipelineJob& job = run.job_of(node);
    job.status = PipelineStatus::cancelled;
    job.reason = reason;
    run.job_ended(node);
    return Outcome::cancelled;
}

/// \param cancelled_between why the job ended while it waited for its next attempt, if it did
void finish_job(Run& run, NodeIndex node, SteadyTime began, const std::optional<Reason>& cancelled_between) {
    PipelineJob& job = run.job_of(node);
    JobAttempt& last = job.attempts.back();
    job.status = cancelled_between ? PipelineStatus::cancelled : last.status;
    job.reason = cancelled_between ? *cancelled_between : last.reason;
    job.exit_code = last.outcome.exit_code;
    job.output = std::move(last.outcome.output);
    job.error = std::move(last.outcome.error);
    job.warnings.insert(job.warnings.begin(), last.outcome.warnings.begin(), last.outcome.warnings.end());
    job.end_time = run.clock()->system_now();
    job.duration = run.clock()->now() - began;
    run.job_ended(node);
}

Outcome outcome_of(const PipelineStage& stage, const PipelineJob& job) {
    if (job.status == PipelineStatus::success) return Outcome::success;
    if (job.status == PipelineStatus::cancelled) return Outcome::cancelled;
    if (job.allow_failure) return Outcome::success;
    // What needs the job is skipped either way, but a failure that the stage allows is none to a `failure()` further down.
    return stage.allow_failure ? Outcome::blocked : Outcome::failure;
}

}  // namespace

asio::awaitable<Outcome> run_job(std::shared_ptr<Run> run, NodeIndex node) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto clock = run->clock();
    const SteadyTime began = clock->now();
    PipelineJob& job = run->job_of(node);
    Run::RunningJob running;
    std::optional<Reason> cancelled_between;
    std::string set_up_error;
    AttemptRequest request = set_up(*run, node, set_up_error);
    const bool has_own_trace = request.environment.contains(traceparent_name);
    run->job_started(node, running);
    const bool is_reused = co_await reuse_job(run, node);
    if (is_reused) co_return Outcome::success;
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    if (running.told_to_end) co_return cancel_unstarted(*run, node, *running.told_to_end);
    const auto place = run->node(node);

    for (;;) {
        try {
            if (run->clock()->stands()) co_await run->clock()->until_it_goes();
        } catch (const boost::system::system_error&) {
            // Cancelled: it begins and ends at once.
        }
        job.attempts.emplace_back();
        JobAttempt& attempt = job.attempts.back();
        begin_attempt(*run, node, attempt);
        const SteadyTime attempt_began = clock->now();

        AttemptOutcome outcome = stopped_outcome();
        try {
            if (!set_up_error.empty()) throw Error(Errc::invalid_config, set_up_error);
            request.attempt = attempt.number;
            request.environment["KAHN_ATTEMPT"] = std::to_string(attempt.number);
            request.environment["KAHN_OUTPUT"] = run->files().output(place.stage, place.job, attempt.number).string();
            if (!has_own_trace) request.environment[traceparent_name] = run->new_span();
            request.log = attempt.log;
            // An observer may have ended the run at the event above.
            if (!running.told_to_end) {
                const auto out_of_time = [&run, node] { run->end_job(node, Reason(Reason::Code::timeout)); };
                const Deadline deadline(run->strand(), clock, attempt_began + job.timeout, out_of_time);
                const auto executor = run->resources().executors.of(job);
                const std::shared_ptr<AttemptListener> listener = std::make_shared<Forwarder>(run, node, attempt.number);
                outcome = co_await executor->run(request, listener);
            }
        } catch (const std::exception& failure) {
            outcome = failed_outcome(failure.what());
        }
        // Whatever the executor did with the cancellation: the next wait is to hear the next one.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        co_await asio::this_coro::throw_if_cancelled(false);

        if (run->masker()) hide_in(*run->masker(), outcome);
        attempt.duration = clock->now() - attempt_began;
        AttemptVerdict verdict = judge(outcome, running.told_to_end, job.leftovers);
        attempt.status = verdict.status;
        attempt.reason = std::move(verdict.reason);
        attempt.outcome = std::move(outcome);
        if (attempt.outcome.output_bytes == 0) attempt.log.clear();
        keep_outputs(*run, node, attempt);
        if (attempt.status == PipelineStatus::success) {
            co_await keep_artifacts(run, node, request, attempt, running);
        }

        if (run->masker()) hide_in(*run->masker(), attempt.reason);
        const bool may_retry = attempt.status == PipelineStatus::failure && attempt.number <= job.retry_count &&
                               may_be_repeated(job, attempt.outcome) && !run->is_stopping();
        if (!may_retry) break;
        running.told_to_end.reset();  // the timeout was this attempt's
        const auto delay = retry_delay(job, attempt.number, random_jitter());
        run->events().emit(event::JobRetried{run->stage_of(node), job, attempt, delay});
        try {
            co_await clock->sleep_until(clock->now() + delay);
        } catch (const boost::system::system_error&) {
            // Cancelled: the next round says so.
        }
        if (running.told_to_end) {
            cancelled_between = *running.told_to_end;
            break;
        }
    }
    co_await keep_tests(run, node, request, running);
    finish_job(*run, node, began, cancelled_between);
    co_return outcome_of(run->stage_of(node), job);
}

}  // namespace kahn
