#pragma once

#include <string>
#include <string_view>

namespace kahn::remote {

/// The text without what must not be seen: the values of the parameters sig, token, access_token, client_secret and others
/// of their sort, user names and passwords in URLs, and what follows `Authorization:` and `Proxy-Authorization:`.
std::string redact(std::string_view text);

/// The same, and the secret itself wherever it stands.
std::string redact(std::string_view text, std::string_view secret);

/// The beginning of a body for an error text: at most `limit` bytes, redacted, control characters escaped.
std::string snippet(std::string_view body, std::size_t limit, std::string_view secret);

}  // namespace kahn::remote
