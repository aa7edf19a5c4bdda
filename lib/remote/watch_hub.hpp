#pragma once

#include <kahn/remote/types.hpp>

#include "remote/alarm.hpp"
#include "remote/session.hpp"
#include "remote/watch_board.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>

namespace kahn::remote {

/// All watchers of one repository. There is no task behind them: one of those who wait asks for all of them, and when it has
/// its answer the next one takes over.
class WatchHub {
public:
    WatchHub(const boost::asio::any_io_executor& executor, const std::shared_ptr<Clock>& clock) : clock_(clock), alarm_(executor, clock) {}

    WatchBoard& board() noexcept { return board_; }

    /// Wakes whoever has an answer, and the one who asks. To be called after every change of the board.
    void board_changed();

    /// A watcher for as long as it lives.
    class Membership {
    public:
        Membership(std::shared_ptr<WatchHub> hub, std::shared_ptr<Watch> watch, boost::asio::steady_timer& wake);
        ~Membership();
        Membership(const Membership&) = delete;
        Membership& operator=(const Membership&) = delete;

        /// Whether this one is to ask. If nobody is, it is.
        bool leads();

    private:
        std::shared_ptr<WatchHub> hub_;
        std::shared_ptr<Watch> watch_;
    };

private:
    void set_alarm();

    std::shared_ptr<Clock> clock_;
    WatchBoard board_;
    Alarm alarm_;
    std::map<Watch*, boost::asio::steady_timer*> sleepers_;
    Watch* leader_ = nullptr;
};

/// Watches one attempt of a run until it ends, the deadline comes, or a failure that no waiting mends.
boost::asio::awaitable<Result<Watched>> watch_run(SessionPtr session, Repository repository, std::int64_t run_id, WatchOptions options);

}  // namespace kahn::remote
