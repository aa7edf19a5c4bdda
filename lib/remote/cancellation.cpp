#include "remote/api_call.hpp"
#include "remote/api_request.hpp"
#include "remote/operations.hpp"
#include "remote/watch_hub.hpp"

#include <algorithm>
#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;

asio::awaitable<Result<CancelOutcome>> cancel_run(SessionPtr session, Repository repository, std::int64_t run_id, std::string verb,
                                                  SteadyTime deadline) {
    if (run_id <= 0) co_return RemoteFailure(ErrorKind::invalid_argument, "a run's id is a number above 0");
    const auto path = actions_path(repository);
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    ApiCall call;
    call.method = "POST";
    call.path = std::get<std::string>(path) + "/runs/" + std::to_string(run_id) + "/" + verb;
    call.deadline = std::min(deadline, session->operation_deadline());
    const auto answer = co_await call_api(session, std::move(call));
    if (answer) co_return CancelOutcome::requested;
    if (answer.failure().kind != ErrorKind::conflict) co_return answer.failure();
    // 409 is said of a run that has ended, and of one that cannot be ended: only the run itself tells.
    const auto run = co_await get_run(session, repository, run_id, 0);
    if (run && run.value().status == "completed") co_return CancelOutcome::already_completed;
    co_return answer.failure();
}

asio::awaitable<Result<Cancelled>> cancel_to_the_end(SessionPtr session, Repository repository, std::int64_t run_id, CancelOptions options) {
    Cancelled cancelled;
    const auto asked = co_await cancel_run(session, repository, run_id, "cancel");
    if (!asked) co_return asked.failure();
    cancelled.outcome = asked.value();
    const bool may_escalate = options.escalate_after.count() > 0;
    const SteadyTime escalates_at = may_escalate ? session->clock().now() + options.escalate_after : SteadyTime::max();
    WatchOptions watch;
    watch.poll_interval = options.poll_interval;
    watch.deadline = std::min(options.deadline, escalates_at);
    const auto first = co_await watch_run(session, repository, run_id, watch);
    if (!first) co_return first.failure();
    cancelled.watched = first.value();
    if (cancelled.watched.is_complete || options.deadline <= escalates_at) co_return cancelled;
    session->options().logger.warning("[ASYNC] run " + std::to_string(run_id) + " goes on in spite of its cancellation: it is ended by force");
    const auto forced = co_await cancel_run(session, repository, run_id, "force-cancel");
    if (!forced) co_return forced.failure();
    cancelled.is_forced = forced.value() == CancelOutcome::requested;
    watch.attempt = cancelled.watched.run.run_attempt;
    watch.deadline = options.deadline;
    const auto second = co_await watch_run(session, repository, run_id, watch);
    if (!second) co_return second.failure();
    cancelled.watched = second.value();
    cancelled.watched.polls += first.value().polls;
    cancelled.watched.not_modified += first.value().not_modified;
    cancelled.watched.elapsed += first.value().elapsed;
    co_return cancelled;
}

}  // namespace kahn::remote
