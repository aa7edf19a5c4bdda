#include "remote/watch_hub.hpp"

#include "remote/api_call.hpp"
#include "remote/api_request.hpp"
#include "remote/parse.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;

WatchHub::Membership::Membership(std::shared_ptr<WatchHub> hub, std::shared_ptr<Watch> watch, asio::steady_timer& wake)
    : hub_(std::move(hub)), watch_(std::move(watch)) {
    hub_->sleepers_[watch_.get()] = &wake;
}

WatchHub::Membership::~Membership() {
    hub_->sleepers_.erase(watch_.get());
    hub_->board_.remove(watch_);
    if (hub_->leader_ == watch_.get()) hub_->leader_ = nullptr;
    if (hub_->sleepers_.empty()) {
        hub_->alarm_.call_off();
    } else if (hub_->leader_ == nullptr) {
        hub_->sleepers_.begin()->second->cancel();  // it will find that nobody leads
    }
}

bool WatchHub::Membership::leads() {
    if (hub_->leader_ == nullptr) hub_->leader_ = watch_.get();
    return hub_->leader_ == watch_.get();
}

void WatchHub::board_changed() {
    board_.expire(clock_->now());
    for (const auto& [watch, timer] : sleepers_) {
        if (watch->result || watch == leader_) timer->cancel();
    }
    set_alarm();
}

void WatchHub::set_alarm() {
    if (board_.empty()) return alarm_.call_off();
    SteadyTime at = board_.wakes_at();
    // What is due is the leader's business: the alarm would only ring again and again while it asks.
    if (at <= clock_->now()) at = board_.next_deadline();
    alarm_.set(at, [this] { board_changed(); });
}

namespace {

/// Asks everything that one tick asks.
asio::awaitable<void> tick(SessionPtr session, std::shared_ptr<WatchHub> hub, std::string actions, SteadyTime deadline) {
    WatchBoard& board = hub->board();
    Clock& clock = session->clock();
    const auto questions = board.begin_tick(clock.now());
    ApiCall call;
    call.deadline = deadline;
    call.attempts = 1;
    call.waits_for_limits = false;
    if (questions.list) {
        ApiCall list = call;
        list.path = actions + "/runs?per_page=100&exclude_pull_requests=true";
        const auto page = std::make_shared<std::optional<WorkflowRuns>>();
        list.read = [page](std::string_view body) {
            *page = parse_runs(body);
            return page->has_value();
        };
        const auto answer = co_await call_api(session, std::move(list));
        const SteadyTime now = clock.now();
        if (!answer) board.failed(0, answer.failure(), now);
        else if (page->has_value()) board.listed(std::move(**page), answer.value().not_modified, now);
        hub->board_changed();
    }
    std::size_t asked = 0;
    for (const std::int64_t id : questions.single) {
        if (asked == questions.most_single) break;
        if (board.is_answered(id)) continue;
        ++asked;
        ApiCall single = call;
        single.path = actions + "/runs/" + std::to_string(id) + "?exclude_pull_requests=true";
        const auto run = std::make_shared<std::optional<WorkflowRun>>();
        single.read = [run](std::string_view body) {
            *run = parse_run(body);
            return run->has_value();
        };
        const auto answer = co_await call_api(session, std::move(single));
        const SteadyTime now = clock.now();
        if (!answer) {
            board.failed(id, answer.failure(), now);
        } else if (run->has_value()) {
            (*run)->id = id;  // its path says which one it is
            board.found(**run, answer.value().not_modified, now);
        }
        hub->board_changed();
    }
    std::optional<RateLimit> limit;
    {
        const std::lock_guard lock(session->origin->mutex);
        limit = session->origin->gate.limit();
    }
    board.end_tick(limit, clock.now(), session->chance());
    hub->board_changed();
}

}  // namespace

asio::awaitable<Result<Watched>> watch_run(SessionPtr session, Repository repository, std::int64_t run_id, WatchOptions options) {
    const auto path = actions_path(repository);
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    if (run_id <= 0) co_return RemoteFailure(ErrorKind::invalid_argument, "a run's id is a number above 0");
    const std::string actions = std::get<std::string>(path);
    const auto executor = co_await asio::this_coro::executor;
    auto& place = session->hubs[repository];
    if (!place) place = std::make_shared<WatchHub>(executor, session->settings->options.clock);
    const std::shared_ptr<WatchHub> hub = place;
    Clock& clock = session->clock();
    const auto watch = hub->board().add(run_id, options, clock.now(), session->options().visibility_grace);
    asio::steady_timer wake(executor, SteadyTime::max());
    WatchHub::Membership membership(hub, watch, wake);
    hub->board_changed();
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    while (!watch->result) {
        if (membership.leads() && hub->board().is_due(clock.now())) {
            co_await tick(session, hub, actions, watch->options.deadline);
            continue;
        }
        co_await wake.async_wait(token);
        hub->board().expire(clock.now());
    }
    co_return *watch->result;
}

}  // namespace kahn::remote
