#pragma once

#include <string>
#include <type_traits>

namespace kahn::testing {

/// Where the server says that it is. No slash at the ends.
struct Urls {
    Urls() = default;

    std::string api = "https://api.gh.test";  ///< with `/api/v3` on a GHES
    std::string html = "https://gh.test";
    std::string blob = "https://blob.test";
    std::string prefix;                        ///< of request targets: `/api/v3` or nothing
};
static_assert(!std::is_aggregate_v<Urls>);

}  // namespace kahn::testing
