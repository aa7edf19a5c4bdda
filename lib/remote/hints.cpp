#include "remote/hints.hpp"

#include "base/text.hpp"

namespace kahn::remote {

std::string hint_for(const HttpResponse& response, ErrorKind kind) {
    const auto header = [&](std::string_view name) { return printable(response.headers.find(name).value_or("")); };
    switch (kind) {
        case ErrorKind::auth: {
            const std::string expiration = header("github-authentication-token-expiration");
            if (!expiration.empty()) return "the token expires at " + expiration;
            return "is the token right, or has it expired?";
        }
        case ErrorKind::forbidden: {
            const std::string permissions = header("x-accepted-github-permissions");
            if (!permissions.empty()) return "the token needs the permission " + permissions;
            const std::string scopes = header("x-accepted-oauth-scopes");
            if (!scopes.empty()) return "the token needs one of the scopes " + scopes + ", and has " + header("x-oauth-scopes");
            return "";
        }
        case ErrorKind::not_found: {
            // A token that may not see something is told that there is nothing.
            const std::string scopes = header("x-accepted-oauth-scopes");
            if (!scopes.empty() && header("x-oauth-scopes").empty() && response.headers.find("x-oauth-scopes")) {
                return "the token has none of the scopes " + scopes + ", without which this looks as if it were not there";
            }
            return "a private repository looks like this to a token that may not read it; check the names and the token's scope";
        }
        case ErrorKind::gone: return "it has expired and was removed by the server";
        default: return "";
    }
}

}  // namespace kahn::remote
