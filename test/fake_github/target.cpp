#include "fake_github/target.hpp"

#include <charconv>

namespace kahn::testing {

namespace {

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::string percent_decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const auto high = hex_digit(text[i + 1]);
            const auto low = hex_digit(text[i + 2]);
            if (high && low) {
                decoded += static_cast<char>(*high * 16 + *low);
                i += 2;
                continue;
            }
        }
        decoded += text[i];
    }
    return decoded;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              std::string_view("-._~").find(c) != std::string_view::npos;
        if (is_plain) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4U];
        encoded += digits[byte & 15U];
    }
    return encoded;
}

Target::Target(std::string_view text) {
    const auto mark = text.find('?');
    path = text.substr(0, mark);
    if (!path.empty() && path != "/") {
        for (const auto part : split(std::string_view(path).substr(1), '/')) segments.push_back(percent_decode(part));
    }
    if (mark == std::string_view::npos) return;
    for (const auto pair : split(text.substr(mark + 1), '&')) {
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        std::string value(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
        for (char& c : value) {
            if (c == '+') c = ' ';
        }
        query[percent_decode(pair.substr(0, equals))] = percent_decode(value);
    }
}

std::string Target::parameter(const std::string& name) const {
    const auto place = query.find(name);
    return place == query.end() ? std::string() : place->second;
}

std::size_t Target::number(const std::string& name, std::size_t fallback, std::size_t low, std::size_t high) const {
    const auto text = parameter(name);
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < low) return fallback;
    return value > high ? high : value;
}

}  // namespace kahn::testing
