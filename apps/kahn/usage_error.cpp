#include "usage_error.hpp"

#include "base/text.hpp"

namespace kahn::app {

std::string unknown(std::string_view what, std::string_view word, std::span<const std::string> known) {
    std::string message = "unknown " + std::string(what) + " '" + printable(word) + "'";
    if (const auto guess = did_you_mean(word, known)) return message + ". Did you mean '" + *guess + "'?";
    return message;
}

}  // namespace kahn::app
