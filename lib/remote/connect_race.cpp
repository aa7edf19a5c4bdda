#include "remote/connect_race.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds stagger{250};

/// The attempts of one connection, on one strand.
class Race : public std::enable_shared_from_this<Race> {
public:
    Race(const asio::any_io_executor& executor, std::vector<tcp::endpoint> endpoints, SteadyTime deadline)
        : executor_(executor), next_start_(executor), over_(executor, deadline), endpoints_(std::move(endpoints)) {}

    void start_next() {
        if (is_over_ || started_ == endpoints_.size()) return;
        const auto socket = std::make_shared<tcp::socket>(executor_);
        sockets_.push_back(socket);
        const tcp::endpoint endpoint = endpoints_[started_++];
        socket->async_connect(endpoint, [self = shared_from_this(), socket, endpoint](const boost::system::error_code& error) {
            self->ended(socket, endpoint, error);
        });
        if (started_ == endpoints_.size()) return;
        next_start_.expires_after(stagger);
        next_start_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error) self->start_next();
        });
    }

    void stop() {
        is_over_ = true;
        next_start_.cancel();
        for (const auto& socket : sockets_) {
            boost::system::error_code ignored;
            if (socket != winner_) socket->close(ignored);
        }
        sockets_.clear();
    }

    asio::steady_timer& over() { return over_; }
    const std::shared_ptr<tcp::socket>& winner() const { return winner_; }
    bool has_failed() const { return failed_ == endpoints_.size(); }
    const std::string& last_error() const { return last_error_; }

private:
    void ended(const std::shared_ptr<tcp::socket>& socket, const tcp::endpoint& endpoint, const boost::system::error_code& error) {
        if (is_over_) return;
        if (!error) {
            winner_ = socket;
            is_over_ = true;
            over_.cancel();
            return;
        }
        ++failed_;
        last_error_ = endpoint.address().to_string() + " port " + std::to_string(endpoint.port()) + ": " + error.message();
        if (has_failed()) {
            is_over_ = true;
            over_.cancel();
            return;
        }
        next_start_.cancel();
        start_next();
    }

    asio::any_io_executor executor_;
    asio::steady_timer next_start_;
    asio::steady_timer over_;
    std::vector<tcp::endpoint> endpoints_;
    std::vector<std::shared_ptr<tcp::socket>> sockets_;
    std::shared_ptr<tcp::socket> winner_;
    std::string last_error_;
    std::size_t started_ = 0;
    std::size_t failed_ = 0;
    bool is_over_ = false;
};

/// However the wait for a race ends, its sockets are closed.
class StopAtEnd {
public:
    explicit StopAtEnd(std::shared_ptr<Race> race) : race_(std::move(race)) {}
    ~StopAtEnd() { race_->stop(); }
    StopAtEnd(const StopAtEnd&) = delete;
    StopAtEnd& operator=(const StopAtEnd&) = delete;

private:
    std::shared_ptr<Race> race_;
};

}  // namespace

std::vector<tcp::endpoint> interleave(const std::vector<tcp::endpoint>& endpoints) {
    std::vector<tcp::endpoint> first;
    std::vector<tcp::endpoint> second;
    for (const auto& endpoint : endpoints) {
        const bool is_first_family = endpoint.address().is_v6() == endpoints.front().address().is_v6();
        (is_first_family ? first : second).push_back(endpoint);
    }
    std::vector<tcp::endpoint> out;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) out.push_back(first[i]);
        if (i < second.size()) out.push_back(second[i]);
    }
    return out;
}

asio::awaitable<Result<std::shared_ptr<tcp::socket>>> connect_any(std::vector<tcp::endpoint> endpoints, SteadyTime deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto race = std::make_shared<Race>(executor, std::move(endpoints), deadline);
    const StopAtEnd stop(race);
    race->start_next();
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await race->over().async_wait(token);
    if (race->winner()) co_return race->winner();
    if (race->has_failed()) co_return RemoteFailure(ErrorKind::connect, "cannot connect to " + race->last_error());
    if (error) co_return RemoteFailure(ErrorKind::cancelled, "connecting was cancelled");
    std::string text = "no connection in time";
    if (!race->last_error().empty()) text += "; " + race->last_error();
    co_return RemoteFailure(ErrorKind::connect, text);
}

}  // namespace kahn::remote
