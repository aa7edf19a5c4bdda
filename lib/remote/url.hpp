#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn::remote {

/// An absolute http or https address, taken apart.
struct Url {
    Url() = default;

    std::string scheme;  ///< `http` or `https`
    std::string host;    ///< lower case; an IPv6 literal without its brackets
    std::string port;    ///< always given
    std::string target = "/";  ///< path and query

    /// `https://host[:port]`, the port left out where it is the scheme's own.
    std::string origin() const;
    /// `host[:port]` as the Host header has it.
    std::string host_header() const;
    std::string path() const { return target.substr(0, target.find('?')); }
    std::string text() const { return origin() + target; }
    bool is_https() const noexcept { return scheme == "https"; }
    /// By name or by address: traffic that does not leave this machine.
    bool is_loopback() const;
};
static_assert(!std::is_aggregate_v<Url>);

/// Nothing for anything but an absolute http(s) URL; user names in it, control characters and blanks are refused. A
/// fragment is dropped.
std::optional<Url> parse_url(std::string_view text);

/// What a reference on a page at `base` means (RFC 3986, section 5.2).
std::optional<Url> resolve(const Url& base, std::string_view reference);

/// Everything but unreserved characters as `%XX`, so that a text is one path segment or one query value whatever is in it.
std::string percent_encode(std::string_view text);
/// Nothing if an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);

/// One path segment. `.` and `..` would climb the tree: they and the empty text have no encoding.
std::optional<std::string> path_segment(std::string_view text);

using Query = std::vector<std::pair<std::string, std::string>>;
/// `?a=b&c=d`; pairs without a value are left out.
std::string query_string(const Query& query);

}  // namespace kahn::remote
