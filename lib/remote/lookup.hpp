#pragma once

#include <kahn/base/time.hpp>
#include <kahn/remote/failure.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn::remote {

/// The addresses of a host, or why there are none.
struct LookupAnswer {
    LookupAnswer() = default;

    std::vector<std::string> addresses;  ///< literals, in the system's order of preference
    std::string error;
};
static_assert(!std::is_aggregate_v<LookupAnswer>);

/// Looks a name up and blocks for as long as that takes; called on a thread of its own.
using Lookup = std::function<LookupAnswer(const std::string& host)>;

/// getaddrinfo(3).
LookupAnswer system_lookup(const std::string& host);

/// Runs a look-up on a thread that is left to itself if it does not end by `deadline`: a stuck name server holds up neither
/// this, nor other names, nor the destruction of the context (REMOTE section 9.1).
/// \par Cancellation
/// `terminal`: ends at once; the thread is abandoned.
boost::asio::awaitable<Result<std::vector<std::string>>> look_up(Lookup lookup, std::string host, SteadyTime deadline);

}  // namespace kahn::remote
