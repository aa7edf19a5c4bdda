#pragma once

#include <string_view>

namespace kahn::render {

/// How many terminal cells one well-formed UTF-8 sequence takes: 0 for combining marks, 2 for wide characters, else 1.
/// Good enough to place a caret: the main blocks of Unicode's EastAsianWidth W and F, and of the marks.
int display_width(std::string_view sequence) noexcept;

}  // namespace kahn::render
