#pragma once

#include "remote/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kahn::remote {

/// The target of `rel="next"` in a Link header (RFC 8288), as it was written.
std::optional<std::string> next_link(std::string_view header);

/// The page that follows, if it may be followed: of the same origin and below the base's path. Anything else could send the
/// token elsewhere.
std::optional<Url> next_page(const Url& base, const Url& current, std::string_view link_header);

}  // namespace kahn::remote
