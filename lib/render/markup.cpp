#include "render/markup.hpp"

#include "base/text.hpp"
#include "render/terminal_text.hpp"

#include <algorithm>
#include <cstdio>

namespace kahn::render {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Takes the next character off the front: well-formed UTF-8, or one byte that is not, which comes back empty.
std::string_view take(std::string_view& text) {
    const std::size_t length = utf8_sequence_length(text);
    const std::string_view character = text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
    return character;
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; }

void append_visible(std::string& out, unsigned code) {
    char escape[16];
    std::snprintf(escape, sizeof escape, code > 0xFF ? "\\u%04x" : "\\x%02x", code);
    out += escape;
}

std::string_view entity(char c) noexcept {
    switch (c) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        default: return {};
    }
}

/// U+FFFE and U+FFFF
bool is_noncharacter(std::string_view character) noexcept {
    return character.size() == 3 && character[0] == '\xEF' && character[1] == '\xBF' &&
           static_cast<unsigned char>(character[2]) >= 0xBE;
}

}  // namespace

void append_html(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::string_view c = take(text);
        if (c.empty()) {
            out += replacement;
        } else if (c.size() == 1) {
            const std::string_view name = entity(c[0]);
            if (!name.empty()) out += name;
            else if (is_control(c[0]) && c[0] != '\n' && c[0] != '\t') append_visible(out, static_cast<unsigned char>(c[0]));
            else out += c;
        } else if (c.size() == 2 && c[0] == '\xC2' && static_cast<unsigned char>(c[1]) < 0xA0) {
            append_visible(out, static_cast<unsigned char>(c[1]));
        } else if (is_bidi_control(c)) {
            append_visible(out, 0x2000U | (static_cast<unsigned char>(c[1]) & 0x3FU) << 6U | (static_cast<unsigned char>(c[2]) & 0x3FU));
        } else {
            out += c;
        }
    }
}

std::string html(std::string_view text) {
    std::string out;
    append_html(out, text);
    return out;
}

void append_xml(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::string_view c = take(text);
        if (c.empty()) {
            out += replacement;
        } else if (c.size() == 1) {
            const std::string_view name = entity(c[0]);
            if (!name.empty()) out += name;
            else if (c[0] == '\r') out += "&#13;";  // a bare one would be read as a line end
            else if (!is_control(c[0]) || c[0] == '\n' || c[0] == '\t' || c[0] == '\x7F') out += c;
        } else if (!is_noncharacter(c)) {
            out += c;
        }
    }
}

std::string xml(std::string_view text) {
    std::string out;
    append_xml(out, text);
    return out;
}

std::string markdown(std::string_view text) {
    std::string visible;
    append_html(visible, printable(text));  // first: what would be an element or an entity is none
    std::string out;
    for (const char c : visible) {
        if (std::string_view("\\`*_[]|~!#$@").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

void append_markdown_block(std::string& out, std::string_view text) {
    std::size_t longest = 2;
    std::size_t ticks = 0;
    for (const char c : text) {
        ticks = c == '`' ? ticks + 1 : 0;
        longest = std::max(longest, ticks);
    }
    const std::string fence(longest + 1, '`');
    out += fence + "text\n";
    out += text;
    if (!text.ends_with('\n')) out += '\n';
    out += fence + '\n';
}

std::string without_control_sequences(std::string_view log) {
    std::string out;
    std::string line;
    while (!log.empty()) {
        const std::size_t end = std::min(log.find('\n'), log.size());
        line.clear();
        append_terminal_line(line, log.substr(0, end));
        // What is left of control sequences are colours: ESC [ ... m
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] == '\x1B') {
                i = std::min(line.find('m', i), line.size() - 1);
            } else {
                out += line[i];
            }
        }
        if (end < log.size()) out += '\n';
        log.remove_prefix(std::min(end + 1, log.size()));
    }
    return out;
}

}  // namespace kahn::render
