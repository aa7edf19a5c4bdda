#pragma once

#include <string>
#include <string_view>

namespace kahn::testing {

/// In hex.
std::string sha256(std::string_view bytes);

}  // namespace kahn::testing
