#pragma once

#include "remote/retry_policy.hpp"
#include "remote/session.hpp"
#include "remote/url.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace kahn::remote {

/// One question to the server.
struct ApiCall {
    ApiCall() = default;

    std::string method = "GET";
    std::string path;        ///< below the base, with its query
    std::optional<Url> url;  ///< in place of the path: the next page of a list
    std::string body;
    Repeatable repeatable = Repeatable::always;
    SteadyTime deadline = SteadyTime::max();  ///< on the session's clock
    int attempts = 0;                         ///< 0: as the options say
    bool waits_for_limits = true;             ///< false: a limit is a failure at once, with retry_after
    bool is_conditional = true;
    bool stops_at_redirect = false;           ///< the answer that is wanted is its Location
    /// Takes the body of a 2xx; false: it is not what belongs there. Also called for what a 304 stands for.
    std::function<bool(std::string_view)> read;
};
static_assert(!std::is_aggregate_v<ApiCall>);

struct ApiResponse {
    ApiResponse() = default;

    unsigned status = 0;
    std::shared_ptr<const std::string> body;
    std::string link;
    std::optional<std::string> location;
    bool not_modified = false;
    std::optional<SystemTime> date;  ///< the server's
    int requests = 0;                ///< that it took
};
static_assert(!std::is_aggregate_v<ApiResponse>);

/// Asks with everything that belongs to it: limits, retries, conditional requests, redirects, versions of the interface.
///
/// A failure whose http_status is 2xx means that the server has done what was asked and its answer was lost.
/// \par Cancellation
/// `terminal`: ErrorKind::cancelled while a request is on its way, `operation_aborted` thrown from waits.
boost::asio::awaitable<Result<ApiResponse>> call_api(SessionPtr session, ApiCall call);

/// The same for a typed answer.
template <class T>
boost::asio::awaitable<Result<T>> fetch(SessionPtr session, ApiCall call, std::optional<T> (*parse)(std::string_view)) {
    const auto parsed = std::make_shared<std::optional<T>>();
    call.read = [parsed, parse](std::string_view body) {
        *parsed = parse(body);
        return parsed->has_value();
    };
    const auto response = co_await call_api(std::move(session), std::move(call));
    if (!response) co_return response.failure();
    if (!parsed->has_value()) co_return RemoteFailure(ErrorKind::protocol, "the server answered without a body");
    co_return std::move(**parsed);
}

}  // namespace kahn::remote
