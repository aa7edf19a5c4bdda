#include "render/json_text.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace kahn::render {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_plain(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

/// How many bytes at the front stand for themselves.
std::size_t plain_length(std::string_view text) noexcept {
    std::size_t length = 0;
    constexpr std::size_t piece = 16;  // compilers look at so many at once if nothing ends the loop
    while (text.size() - length >= piece) {
        bool is_all_plain = true;
        for (std::size_t i = length; i < length + piece; ++i) is_all_plain &= is_plain(text[i]);
        if (!is_all_plain) break;
        length += piece;
    }
    while (length < text.size() && is_plain(text[length])) ++length;
    return length;
}

void append_escape(std::string& out, unsigned code) {
    static constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u00";
    out += digits[code >> 4 & 15U];
    out += digits[code & 15U];
}

void append_control(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: append_escape(out, static_cast<unsigned char>(c)); return;
    }
}

}  // namespace

bool append_json_string(std::string& out, std::string_view text) {
    bool is_faithful = true;
    out += '"';
    while (!text.empty()) {
        const std::size_t plain = plain_length(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;

        const std::size_t length = utf8_sequence_length(text);
        if (length == 0) {
            out += replacement;
            is_faithful = false;
        } else if (length == 1) {
            append_control(out, text[0]);
        } else if (length == 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0) {
            append_escape(out, static_cast<unsigned char>(text[1]));
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(1, length));
    }
    out += '"';
    return is_faithful;
}

}  // namespace kahn::render
