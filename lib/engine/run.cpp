#include "engine/run.hpp"

#include <kahn/base/error.hpp>

#include "base/text.hpp"
#include "engine/conditions.hpp"
#include "engine/job_run.hpp"
#include "engine/secrets.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace kahn {

namespace asio = boost::asio;
using graph::NodeIndex;
using graph::Outcome;
using Kind = RunPlan::Kind;

namespace {

std::vector<std::shared_ptr<Observer>> all_observers(const RunResources& resources, const RunOptions& options) {
    auto all = resources.observers;
    all.insert(all.end(), options.observers.begin(), options.observers.end());
    return all;
}

std::string ended(PipelineStatus status, const Reason& reason) {
    return std::string(to_string(status)) + (reason ? ", " + printable(reason.text()) : std::string());
}

}  // namespace

Run::Run(asio::any_io_executor strand, RunResources resources, PreparedRun prepared, RunOptions options,
         std::shared_ptr<Suspension> suspension)
    : strand_(std::move(strand)),
      resources_(std::move(resources)),
      suspension_(std::move(suspension)),
      clock_(std::make_shared<RunClock>(resources_.clock)),
      definition_(std::move(prepared.definition)),
      masker_(std::move(prepared.masker)),
      pipeline_(std::move(prepared.pipeline)),
      options_(std::move(options)),
      plan_(definition_ ? *definition_ : pipeline_, options_.schedule, resources_.past_durations),
      files_(resources_.workspace, pipeline_),
      context_(make_context(definition_ ? *definition_ : pipeline_, options_, resources_.workspace, std::move(prepared.host))),
      lineage_(pipeline_),
      events_(pipeline_, clock_, all_observers(resources_, options_),
              [this](Reason reason) { observer_failed(std::move(reason)); }),
      driver_(strand_, graph::Scheduler(plan_.graph(), plan_.scheduler_options()), resources_.slots),
      running_(plan_.size(), nullptr),
      ready_since_(plan_.size()),
      stage_began_(pipeline_.stages.size()) {
    suspension_->join(clock_);
    require_defined_names(context_, definition_ ? *definition_ : pipeline_);
    for (const std::string& warning : prepared.warnings) resources_.logger.warning("run " + pipeline_.run_id + ": " + warning);
    if (context_.traceparent_is_nonsense) {
        resources_.logger.warning("run " + pipeline_.run_id + ": TRACEPARENT '" + printable(context_.traceparent.substr(0, 80)) +
                                  "' is no W3C trace context: a new trace begins");
    }
}

Run::~Run() = default;

asio::awaitable<Pipeline> Run::execute(std::shared_ptr<RunControl> control) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto self = shared_from_this();
    std::string internal_failure;
    try {
        start();
        const std::weak_ptr<Run> weak = self;
        control->attach([weak, strand = strand_](StopRequest request) {
            const auto run = weak.lock();
            if (run) asio::post(strand, [run, request] { run->stop(request); });
        });
        const auto out_of_time = [this] { stop({Reason(Reason::Code::timeout), false}); };
        const Deadline deadline(strand_, clock_, began_ + pipeline_.timeout, out_of_time);
        co_await driver_.run(*this);
    } catch (const Error& failure) {
        internal_failure = failure.what();
        pipeline_.reason = Reason(failure.code() == Errc::workspace_unusable ? Reason::Code::workspace_unusable
                                                                            : Reason::Code::internal, internal_failure);
    } catch (const std::exception& failure) {
        internal_failure = failure.what();
        pipeline_.reason = Reason(Reason::Code::internal, internal_failure);
    }
    control->detach();
    hide_secrets(pipeline_.reason);
    if (masker_) internal_failure = masker_->mask(internal_failure);
    finish(internal_failure);
    co_return std::move(pipeline_);
}

/// At level info, for whoever follows runs by their log.
void Run::say(const std::string& what) const { resources_.logger.info("run " + pipeline_.run_id + ": " + what); }

void Run::start() {
    began_ = clock_->now();
    std::fill(ready_since_.begin(), ready_since_.end(), began_);
    pipeline_.status = PipelineStatus::running;
    pipeline_.start_time = clock_->system_now();
    event::RunStarted started;
    started.jobs = pipeline_.job_count();
    started.levels = plan_.level_count();
    started.max_workers = resources_.slots->count();
    started.trace_id = context_.trace.trace_id();
    events_.emit(started);
    say("pipeline '" + printable(pipeline_.name) + "' begins, trace " + context_.trace.trace_id());
    files_.create();
    // Nothing is begun that cannot be written down.
    const bool is_unusable = observer_failure_ && observer_failure_->code() == Reason::Code::workspace_unusable;
    if (is_unusable) throw Error(Errc::workspace_unusable, observer_failure_->detail());
}

void Run::finish(const std::string& internal_failure) {
    pipeline_.end_time = clock_->system_now();
    pipeline_.duration = clock_->now() - began_;
    if (!internal_failure.empty()) {
        resources_.logger.error("run " + pipeline_.run_id + ": " + internal_failure);
        pipeline_.status = PipelineStatus::failure;
    } else if (stop_ && stop_->reason.code() == Reason::Code::cancelled) {
        pipeline_.status = PipelineStatus::cancelled;
        pipeline_.reason = stop_->reason;
    } else if (observer_failure_) {
        pipeline_.status = PipelineStatus::failure;
        pipeline_.reason = *observer_failure_;
    } else if (stop_ && stop_->reason.code() != Reason::Code::fail_fast) {
        pipeline_.status = PipelineStatus::failure;
        pipeline_.reason = stop_->reason;
    } else if (!first_failure_.empty()) {
        pipeline_.status = PipelineStatus::failure;
        pipeline_.reason = Reason(Reason::Code::job_failed, first_failure_);
    } else if (const PipelineStage* const stage = first_cancelled_stage()) {
        pipeline_.status = PipelineStatus::cancelled;
        pipeline_.reason = stage->reason;
    } else {
        pipeline_.status = PipelineStatus::success;
    }
    say(ended(pipeline_.status, pipeline_.reason));
    event::RunFinished finished;
    finished.critical_path = plan_.measured_critical_path(pipeline_);
    events_.emit(std::move(finished));
    if (observer_failure_ && pipeline_.status == PipelineStatus::success) {  // it threw at the very last event
        pipeline_.status = PipelineStatus::failure;
        pipeline_.reason = *observer_failure_;
    }
}

/// Nobody here stopped the run, and a job was cancelled where it ran: what had to be done was not.
const PipelineStage* Run::first_cancelled_stage() const {
    const PipelineStage* first = nullptr;
    for (const PipelineStage& stage : pipeline_.stages) {
        if (stage.status != PipelineStatus::cancelled) continue;
        if (stage.reason.code() == Reason::Code::cancelled) return &stage;
        if (!first) first = &stage;
    }
    return first;
}

// Stopping -----------------------------------------------------------------------------------------------------------

bool Run::survives_stop(std::size_t stage) const {
    if (stop_->at_once) return false;
    const Expression& condition = plan_.condition(stage);
    // A run that stops at its first failure still does what was written for failures.
    return stop_->reason.code() == Reason::Code::fail_fast ? condition.looks_at_status() : condition.survives_cancel();
}

void Run::stop(StopRequest request) {
    if (!stop_) {
        stop_ = std::move(request);
    } else if (stop_->reason.code() == Reason::Code::fail_fast && request.reason.code() != Reason::Code::fail_fast) {
        stop_->reason = request.reason;
        stop_->at_once = stop_->at_once || request.at_once;
    } else if (!stop_->at_once && (request.at_once || request.reason.code() == Reason::Code::cancelled)) {
        stop_->at_once = true;  // it was ending already: who asks again means now
    } else {
        return;
    }
    for (NodeIndex node = 0; node < running_.size(); ++node) {
        if (running_[node] && !survives_stop(plan_.node(node).stage)) end_job(node, stop_reason(), stop_->at_once);
    }
    // Later, because a job that failed may be stopping the run from within the driver.
    asio::post(strand_, [weak = weak_from_this()] {
        if (const auto run = weak.lock()) run->driver_.wake();
    });
}

/// Comes out of any event, so it only takes a note; the run is stopped once whoever emitted that event is done.
void Run::observer_failed(Reason reason) {
    hide_secrets(reason);
    resources_.logger.error("run " + pipeline_.run_id + ": an observer threw: " + reason.detail());
    observer_failure_ = std::move(reason);
    asio::post(strand_, [weak = weak_from_this()] {
        if (const auto run = weak.lock()) run->stop({*run->observer_failure_, false});
    });
}

/// Why a job or a stage is cancelled. A job's own `timeout` is something else: that is a failure.
Reason Run::stop_reason() const {
    if (stop_->reason.code() != Reason::Code::timeout) return stop_->reason;
    return Reason(Reason::Code::cancelled, "the pipeline's timeout");
}

void Run::end_job(NodeIndex node, const Reason& reason, bool at_once) {
    RunningJob& job = *running_[node];
    const bool was_told = job.told_to_end.has_value();
    if (was_told && !at_once) return;
    if (!was_told) job.told_to_end = reason;
    driver_.cancel(node);
    if (at_once && running_[node]) insist(node);
}

/// A cancellation is heard only by what waits at that moment. One that must be heard is repeated until the job has ended.
void Run::insist(NodeIndex node) {
    constexpr std::chrono::milliseconds soon{20};
    const auto again = [this, node] {
        if (running_[node]) driver_.cancel(node);
        if (running_[node]) insist(node);
    };
    running_[node]->urge = std::make_unique<Deadline>(strand_, clock_, clock_->now() + soon, again);
}

// Nodes --------------------------------------------------------------------------------------------------------------

std::optional<Outcome> Run::decide(NodeIndex node) {
    const auto outcome = decide_node(node);
    if (outcome) left(node);
    return outcome;
}

std::optional<Outcome> Run::decide_node(NodeIndex node) {
    switch (plan_.node(node).kind) {
        case Kind::stage_begin: return begin_stage(node);
        case Kind::stage_end: return end_stage(node);
        case Kind::job: break;
    }
    const std::size_t stage_index = plan_.node(node).stage;
    const PipelineStage& stage = pipeline_.stages[stage_index];
    if (stage.status == PipelineStatus::skipped) {
        settle_job(node, PipelineStatus::skipped, stage.reason);
        return Outcome::skipped;
    }
    if (stop_ && !survives_stop(stage_index)) {
        settle_job(node, PipelineStatus::cancelled, stop_reason());
        return Outcome::cancelled;
    }
    return std::nullopt;
}

asio::awaitable<Outcome> Run::run(NodeIndex node) { return run_job(shared_from_this(), node); }

void Run::skipped(const graph::Scheduler::Skipped& skip) {
    const std::size_t stage_index = plan_.node(skip.node).stage;
    const auto status = skip.outcome == Outcome::cancelled ? PipelineStatus::cancelled : PipelineStatus::skipped;
    Reason reason = upstream_reason(skip.outcome, skip.cause, stage_index);
    if (plan_.node(skip.node).kind == Kind::job) {
        settle_job(skip.node, status, std::move(reason));
    } else {
        pipeline_.stages[stage_index].status = status;
        pipeline_.stages[stage_index].reason = std::move(reason);
    }
    left(skip.node);
}

/// Its dependents may be waiting for nothing else from now on.
void Run::left(NodeIndex node) {
    const auto now = clock_->now();
    for (const NodeIndex dependent : plan_.graph()->successors(node)) ready_since_[dependent] = now;
}

Outcome Run::begin_stage(NodeIndex node) {
    const std::size_t index = plan_.node(node).stage;
    PipelineStage& stage = pipeline_.stages[index];
    const PipelineStage& defined = definition_of(index);
    const graph::Upstream upstream = driver_.scheduler().upstream(node);
    if (stop_ && !survives_stop(index)) {
        stage.status = PipelineStatus::cancelled;
        stage.reason = stop_reason();
        return Outcome::cancelled;
    }

    Verdict verdict;
    if (!stage.conditions.empty()) {
        const Variables environment = stage_environment(context_, defined);
        ExpressionScope scope;
        scope.any_failed = upstream.ancestor_failed;
        scope.was_cancelled = upstream.cancelled || (stop_ && stop_->reason.code() != Reason::Code::fail_fast);
        scope.upstream_ok = !upstream.blocked && !upstream.cancelled;
        scope.branch = branch();
        scope.environment = &environment;
        scope.variables = &context_.variables;
        verdict = check_conditions(defined.conditions, plan_.condition(index), scope);
    }
    if (verdict.holds) {
        stage.status = PipelineStatus::running;
        stage.start_time = clock_->system_now();
        stage_began_[index] = clock_->now();
        events_.emit(event::StageStarted{stage});
        return Outcome::success;
    }
    // A bad upstream explains more than the condition that looked at it.
    const Outcome outcome = upstream.cancelled ? Outcome::cancelled : upstream.blocked ? Outcome::blocked : Outcome::skipped;
    stage.status = outcome == Outcome::cancelled ? PipelineStatus::cancelled : PipelineStatus::skipped;
    stage.reason = outcome == Outcome::skipped ? Reason(Reason::Code::condition, verdict.why)
                                               : upstream_reason(outcome, upstream.cause, index);
    hide_secrets(stage.reason);
    return outcome;
}

Outcome Run::end_stage(NodeIndex node) {
    const std::size_t index = plan_.node(node).stage;
    PipelineStage& stage = pipeline_.stages[index];
    if (stage.status == PipelineStatus::running) {
        judge_stage(stage);
        stage.end_time = clock_->system_now();
        stage.duration = clock_->now() - stage_began_[index];
    }
    events_.emit(event::StageFinished{stage});
    switch (stage.status) {
        case PipelineStatus::failure: return stage.allow_failure ? Outcome::success : Outcome::failure;
        case PipelineStatus::cancelled: return Outcome::cancelled;
        case PipelineStatus::skipped:
            return stage.reason.code() == Reason::Code::upstream_failed ? Outcome::blocked : Outcome::skipped;
        default: return Outcome::success;
    }
}

/// From what became of its jobs.
void Run::judge_stage(PipelineStage& stage) const {
    const auto first = [&](PipelineStatus status, auto&& counts) -> const PipelineJob* {
        for (const PipelineJob& job : stage.jobs) {
            if (job.status == status && counts(job)) return &job;
        }
        return nullptr;
    };
    const auto any = [](const PipelineJob&) { return true; };
    if (const auto* failed = first(PipelineStatus::failure, [](const PipelineJob& job) { return !job.allow_failure; })) {
        stage.status = PipelineStatus::failure;
        stage.reason = Reason(Reason::Code::job_failed, failed->name);
    } else if (const auto* cancelled = first(PipelineStatus::cancelled, any)) {
        stage.status = PipelineStatus::cancelled;
        stage.reason = cancelled->reason;
    } else if (!stage.jobs.empty() && std::all_of(stage.jobs.begin(), stage.jobs.end(), [](const PipelineJob& job) {
                   return job.status == PipelineStatus::skipped;
               })) {
        stage.status = PipelineStatus::skipped;
        stage.reason = stage.jobs.front().reason;
    } else {
        stage.status = PipelineStatus::success;
    }
}

void Run::settle_job(NodeIndex node, PipelineStatus status, Reason reason) {
    PipelineJob& job = job_of(node);
    job.status = status;
    job.reason = std::move(reason);
    hide_secrets(job.reason);
    events_.emit(event::JobFinished{stage_of(node), job, false});
}

void Run::job_ended(NodeIndex node) {
    running_[node] = nullptr;
    left(node);
    if (masker_) hide_in(*masker_, job_of(node));
    const PipelineStage& stage = stage_of(node);
    const PipelineJob& job = job_of(node);
    const bool has_failed = job.status == PipelineStatus::failure;
    const bool is_allowed = has_failed && (job.allow_failure || stage.allow_failure);
    say("job " + printable(stage.name) + "." + printable(job.name) + ": " + ended(job.status, job.reason));
    events_.emit(event::JobFinished{stage, job, is_allowed});
    if (!has_failed || is_allowed) return;
    if (first_failure_.empty()) first_failure_ = stage.name + "." + job.name;
    if (options_.fail_fast && !stop_) stop({Reason(Reason::Code::fail_fast, first_failure_), false});
}

Reason Run::upstream_reason(Outcome outcome, std::optional<NodeIndex> cause, std::size_t stage) const {
    if (outcome == Outcome::cancelled && stop_) return stop_reason();
    const auto code = outcome == Outcome::cancelled ? Reason::Code::upstream_cancelled : Reason::Code::upstream_failed;
    if (!cause) return Reason(code);
    const RunPlan::Node& root = plan_.node(*cause);
    const PipelineStage& root_stage = pipeline_.stages[root.stage];
    if (root.kind != Kind::job) return Reason(code, root_stage.name);
    const std::string& job = root_stage.jobs[root.job].name;
    return Reason(code, root.stage == stage ? job : root_stage.name + "." + job);
}

void Run::hide_secrets(Reason& reason) const {
    if (masker_) hide_in(*masker_, reason);
}

const std::string& Run::branch() {
    if (!branch_) branch_ = branch_of(options_, context_);
    return *branch_;
}

}  // namespace kahn
