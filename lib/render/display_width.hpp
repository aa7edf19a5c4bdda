#pragma once

#include <string_view>

namespace kahn::render {

/// How many terminal cells one well-formed UTF-8 sequence takes: 0 for marks and what else only joins or formats, 2 for wide characters,
/// else 1, as of Unicode 15. Of characters that are joined to one (flags, families) each counts for itself: terminals differ.
int display_width(std::string_view sequence) noexcept;

}  // namespace kahn::render
