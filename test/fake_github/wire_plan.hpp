#pragma once

#include "fake_github/faults.hpp"
#include "fake_github/http.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <type_traits>

namespace kahn::testing {

/// What is written to a connection for one response, and how it is left then.
struct WirePlan {
    WirePlan() = default;

    std::string bytes;
    std::size_t filler = 0;  ///< bytes `x` that follow
    std::string tail;        ///< behind those
    Ending ending = Ending::keep_alive;
    std::string repeat;                  ///< for Ending::endless
    std::chrono::milliseconds delay{0};  ///< before the first byte
    std::size_t slow_from = 0;           ///< bytes before it go at once
    std::size_t piece = 0;               ///< 0: all at once
    std::chrono::milliseconds pace{0};
};
static_assert(!std::is_aggregate_v<WirePlan>);

/// \param compresses  the server would, if the request allows
WirePlan plan_response(const Request& request, Response response, const Fault& fault, bool compresses);

/// The client's wish, HTTP/1.1.
bool wants_close(const Request& request);

}  // namespace kahn::testing
