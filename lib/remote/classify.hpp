#pragma once

#include <kahn/base/time.hpp>
#include <kahn/remote/failure.hpp>
#include <kahn/remote/transport.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace kahn::remote {

/// What GitHub says in the body of an error.
struct ErrorBody {
    ErrorBody() = default;

    std::string message;            ///< with the texts of `errors` behind it; empty if the body is none of GitHub's
    std::string documentation_url;
};
static_assert(!std::is_aggregate_v<ErrorBody>);

/// Accepts both forms of the elements of `errors`, objects and texts. Anything else is no error body.
ErrorBody parse_error_body(std::string_view body);

/// What to do about a response (REMOTE section 4.1).
struct Verdict {
    enum class Action {
        accept,     ///< 2xx, 304
        redirect,   ///< 301, 302, 303, 307, 308
        wait,       ///< a limit: the same request again after `wait`
        back_off,   ///< the secondary limit without a time: 60 s, doubled with each repeat
        retry,      ///< transient
        give_up,    ///< permanent
        downgrade,  ///< the server does not know this version of the interface
    };

    Verdict() = default;

    Action action = Action::accept;
    std::chrono::seconds wait{0};
    RemoteFailure failure;  ///< for all but accept and redirect
};
static_assert(!std::is_aggregate_v<Verdict>);

/// \param local_now  counts only if the response has no Date of its own
Verdict classify(const HttpResponse& response, SystemTime local_now, std::string_view secret);

/// When the server wrote the response, by its own clock.
std::optional<SystemTime> server_date(const HttpResponse& response);

}  // namespace kahn::remote
