#pragma once

#include <cstddef>
#include <string_view>

namespace kahn {

constexpr bool starts_name(char c) noexcept { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
constexpr bool continues_name(char c) noexcept { return starts_name(c) || (c >= '0' && c <= '9'); }

/// Whether a variable may be called so: `[A-Za-z_][A-Za-z0-9_]*`.
constexpr bool is_variable_name(std::string_view text) noexcept {
    if (text.empty() || !starts_name(text[0])) return false;
    for (const char c : text) {
        if (!continues_name(c)) return false;
    }
    return true;
}

}  // namespace kahn
