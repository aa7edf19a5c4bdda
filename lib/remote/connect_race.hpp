#pragma once

#include <kahn/base/time.hpp>
#include <kahn/remote/failure.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <vector>

namespace kahn::remote {

/// IPv6 and IPv4 in turn, beginning with the family of the first: so that one of them being dead costs little (RFC 8305).
std::vector<boost::asio::ip::tcp::endpoint> interleave(const std::vector<boost::asio::ip::tcp::endpoint>& endpoints);

/// A connection to the first endpoint that answers; each next one is tried 250 ms after the one before, or when that failed.
/// \par Cancellation
/// `terminal`: all attempts end.
boost::asio::awaitable<Result<std::shared_ptr<boost::asio::ip::tcp::socket>>> connect_any(
    std::vector<boost::asio::ip::tcp::endpoint> endpoints, SteadyTime deadline);

}  // namespace kahn::remote
