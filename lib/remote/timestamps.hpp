#pragma once

#include <kahn/base/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace kahn::remote {

/// `2020-01-22T19:33:08Z`, with or without a fraction, with `Z` or an offset such as `-08:00`.
std::optional<SystemTime> parse_iso8601(std::string_view text);

/// The three forms of a date in a header (RFC 9110, section 5.6.7), and GitHub's `2006-01-02 15:04:05 UTC` and `... -0700`.
std::optional<SystemTime> parse_header_date(std::string_view text);

/// `Wed, 25 Nov 2026 02:17:39 GMT`
std::string to_header_date(SystemTime time);

/// `2026-11-25T02:17:39.123456+00:00`
std::string to_iso8601_with_offset(SystemTime time);

}  // namespace kahn::remote
