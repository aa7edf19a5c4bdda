#include "remote/request_turn.hpp"

#include "remote/alarm.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <mutex>
#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;

namespace {

/// What wakes one who waits: used on its strand only.
struct Doorbell {
    asio::steady_timer* sleeper = nullptr;
    bool has_rung = false;

    void ring() {
        has_rung = true;
        if (sleeper) sleeper->cancel();
    }
};

/// However the wait ends, nobody rings any more.
class WhileListening {
public:
    WhileListening(std::shared_ptr<Doorbell> bell, asio::steady_timer& sleeper) : bell_(std::move(bell)) { bell_->sleeper = &sleeper; }
    ~WhileListening() { bell_->sleeper = nullptr; }
    WhileListening(const WhileListening&) = delete;
    WhileListening& operator=(const WhileListening&) = delete;

private:
    std::shared_ptr<Doorbell> bell_;
};

}  // namespace

RequestTurn::RequestTurn(SessionPtr session, bool is_write) : session_(std::move(session)), is_write_(is_write) {}

void RequestTurn::give_back() {
    if (!visitor_) return;
    const std::lock_guard lock(session_->origin->mutex);
    session_->origin->places.leave(visitor_);
    visitor_->called = nullptr;
    visitor_ = nullptr;
}

asio::awaitable<bool> RequestTurn::take(std::shared_ptr<RequestTurn> turn, SteadyTime deadline) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const SessionPtr session = turn->session_;
    const auto bell = std::make_shared<Doorbell>();
    turn->visitor_ = std::make_shared<RequestPlaces::Visitor>();
    turn->visitor_->is_write = turn->is_write_;
    {
        const std::lock_guard lock(session->origin->mutex);
        session->origin->places.enter(turn->visitor_);
        if (turn->visitor_->has_place) co_return true;
        // Called under the mutex by whoever leaves, on any thread; this one is alive as long as it stands in the queue.
        turn->visitor_->called = [executor, bell] { asio::post(executor, [bell] { bell->ring(); }); };
    }
    asio::steady_timer sleeper(executor, SteadyTime::max());
    const WhileListening listening(bell, sleeper);
    Alarm alarm(executor, session->settings->options.clock);
    if (deadline != SteadyTime::max()) alarm.set(deadline, [bell] { bell->ring(); });
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    if (!bell->has_rung) co_await sleeper.async_wait(token);
    bool has_place = false;
    {
        const std::lock_guard lock(session->origin->mutex);
        has_place = turn->visitor_->has_place;
    }
    if (!has_place) turn->give_back();
    if (!bell->has_rung) throw boost::system::system_error(asio::error::operation_aborted);
    co_return has_place;
}

}  // namespace kahn::remote
