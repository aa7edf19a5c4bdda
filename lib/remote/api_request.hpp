#pragma once

#include <kahn/remote/transport.hpp>
#include <kahn/remote/types.hpp>

#include "remote/url.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace kahn::remote {

// The second is what GitHub's description calls its answers: servers that were made from it know no other name.
inline constexpr std::string_view api_accept = "application/vnd.github+json, application/json";

/// What goes into the headers of a request to the server's interface.
struct ApiHeaders {
    ApiHeaders() = default;

    std::string token;  ///< empty: anonymous
    std::string api_version;
    std::string user_agent;
    std::string etag;  ///< for GET; empty: none
};
static_assert(!std::is_aggregate_v<ApiHeaders>);

/// A request to the server's interface (REMOTE section 2.1).
/// \param carries_token  false after a redirect elsewhere: then nothing goes along that belongs to the interface
HttpRequest make_api_request(std::string_view method, const Url& url, std::string body, const ApiHeaders& headers,
                             bool carries_token = true);

/// A request for a file at an address that carries its own permission.
HttpRequest make_download_request(const Url& url, const std::string& user_agent);

/// `/repos/OWNER/NAME/actions` with everything that is not plain encoded; refuses names that are none.
std::variant<std::string, RemoteFailure> actions_path(const Repository& repository);
std::variant<std::string, RemoteFailure> repository_path(const Repository& repository);

/// The body of a dispatch. Inputs are left out if there are none.
std::string dispatch_body(const DispatchRequest& request, bool asks_for_details);

/// `refs/heads/x` is the branch `x`.
std::string branch_of(std::string_view ref);

/// The query of a list of runs; `per_page` as needed for the filter's limit.
Query runs_query(const RunFilter& filter);

}  // namespace kahn::remote
