#pragma once

#include "remote/request_places.hpp"
#include "remote/session.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace kahn::remote {

/// One call's place among the requests under way; given back when this is destroyed, also with its context.
class RequestTurn {
public:
    RequestTurn(SessionPtr session, bool is_write);
    ~RequestTurn() { give_back(); }
    RequestTurn(const RequestTurn&) = delete;
    RequestTurn& operator=(const RequestTurn&) = delete;

    bool is_held() const noexcept { return visitor_ != nullptr; }
    void give_back();

    /// Returns when the turn has come. False: the deadline came first.
    /// \par Cancellation
    /// `terminal`: throws `operation_aborted`.
    static boost::asio::awaitable<bool> take(std::shared_ptr<RequestTurn> turn, SteadyTime deadline);

private:
    SessionPtr session_;
    RequestPlaces::VisitorPtr visitor_;  // nothing: it neither has a place nor waits for one
    bool is_write_;
};

}  // namespace kahn::remote
