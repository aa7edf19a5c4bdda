#pragma once

#include <string>
#include <string_view>

namespace kahn {

/// A word of a POSIX shell that stands for just this text: as it is, if no shell takes offence, else in single quotes.
std::string shell_quoted(std::string_view text);

}  // namespace kahn
