#include "base/shell_quote.hpp"

#include <algorithm>

namespace kahn {
namespace {

bool is_plain(char c) {
    constexpr std::string_view others = "_-./:@%+,";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_quoted(std::string_view text) {
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out += '\'';
}

}  // namespace kahn
