#pragma once

#include <kahn/base/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kahn::testing {

/// `2026-11-23T15:04:05Z`
std::string iso_date(SystemTime time);
/// `2026-11-23T07:04:05.000-08:00`: the same instant, as GitHub writes it in steps and workflows.
std::string pacific_date(SystemTime time);
/// `Mon, 23 Nov 2026 15:04:05 GMT`
std::string http_date(SystemTime time);
/// Rounded up.
std::int64_t epoch_seconds(SystemTime time);
/// `2026-11-23`, `2026-11-23T15:04:05Z`, or the latter with an offset.
std::optional<SystemTime> parse_date(std::string_view text);

}  // namespace kahn::testing
