#include "config/writers.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace kahn::config {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_printable_ascii(char c) { return c >= ' ' && c <= '~'; }

/// Words that one reader or another takes for a boolean or null.
bool is_reserved(std::string_view text) {
    constexpr std::array<std::string_view, 9> words{"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
    const auto is_word = [text](std::string_view word) {
        return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                          [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
    };
    return std::any_of(words.begin(), words.end(), is_word);
}

/// Whether the text reads as itself without quotes, by any reader: it begins with a letter, `_`, `/`, `./` or `$`, so
/// it is no number and no date, and holds nothing that ends a plain scalar.
bool is_plain(std::string_view text) {
    if (text.empty() || text.size() > 10'000 || text.back() == ' ' || text.back() == ':' || is_reserved(text))
        return false;
    const bool begins_well = is_letter(text[0]) || text[0] == '_' || text[0] == '/' || text[0] == '$' ||
                             text.starts_with("./");
    return begins_well && std::all_of(text.begin(), text.end(), is_printable_ascii) &&
           text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos;
}

/// Whether the text can stand as `|`: lines of visible characters, none of which could be taken for indentation.
bool is_literal_block(std::string_view text) {
    if (text.empty() || text.find('\n') == std::string_view::npos) return false;
    if (text[0] == ' ' || text[0] == '\n' || text.ends_with("\n\n") || text.ends_with(" ")) return false;
    return text.find(" \n") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_printable_ascii(c) || c == '\n'; });
}

/// Characters that other readers take for line ends or that nobody sees: NEL, LS, PS, BOM and C1 controls.
bool is_invisible(std::string_view sequence) {
    if (sequence.size() == 2) return sequence[0] == '\xC2' && static_cast<unsigned char>(sequence[1]) < 0xA0;
    return sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9" || sequence == "\xEF\xBB\xBF";
}

unsigned code_point(std::string_view sequence) {
    unsigned point = static_cast<unsigned char>(sequence[0]) & (0xFFU >> (sequence.size() + 1));
    for (const char c : sequence.substr(1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3FU);
    return point;
}

void append_double_quoted(std::string_view text, std::string& out) {
    out += '"';
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text));
        const char c = text[0];
        char escape[16] = "";
        if (c == '"' || c == '\\') std::snprintf(escape, sizeof escape, "\\%c", c);
        else if (c == '\n') std::snprintf(escape, sizeof escape, "\\n");
        else if (c == '\t') std::snprintf(escape, sizeof escape, "\\t");
        else if (length == 1 && !is_printable_ascii(c))
            std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        else if (is_invisible(text.substr(0, length)))
            std::snprintf(escape, sizeof escape, "\\u%04x", code_point(text.substr(0, length)));
        if (escape[0] != '\0') out += escape;
        else out += text.substr(0, length);
        text.remove_prefix(length);
    }
    out += '"';
}

void append_text(std::string_view text, std::size_t indent, std::string& out) {
    if (is_plain(text)) {
        out += text;
    } else if (is_literal_block(text)) {
        out += text.ends_with('\n') ? "|" : "|-";
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            out += '\n';
            if (end > 0) out.append(indent, ' ').append(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    } else if (!text.empty() && std::all_of(text.begin(), text.end(), is_printable_ascii)) {
        out += '\'';
        for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
        out += '\'';
    } else {
        append_double_quoted(text, out);
    }
}

// As deep as a pipeline, which is 7. `out` stands at the place of the value; whatever is on a line of its own is
// indented.
void write(const Document& document, NodeId id, std::size_t indent, std::string& out) {
    if (!document.is_collection(id)) {
        if (document[id].plain) out += document.text(id);
        else append_text(document.text(id), indent, out);
        return;
    }
    const bool is_mapping = document[id].kind == Node::Kind::mapping;
    if (document.end(id) == id + 1) {
        out += is_mapping ? "{}" : "[]";
        return;
    }
    for (NodeId child = id + 1; child != document.end(id); child = document.next(child)) {
        if (child != id + 1) out.append("\n").append(indent, ' ');
        if (is_mapping) {
            append_text(document.text(child), 0, out);
            out += ':';
            ++child;
            const bool is_block = document.is_collection(child) && document.end(child) != child + 1;
            if (is_block) out.append("\n").append(indent + 2, ' ');
            else out += ' ';
            write(document, child, indent + 2, out);
        } else {
            out += "- ";
            write(document, child, indent + 2, out);
        }
    }
}

}  // namespace

std::string write_yaml(const Document& document) {
    std::string out;
    write(document, 0, 0, out);
    return out += '\n';
}

}  // namespace kahn::config
