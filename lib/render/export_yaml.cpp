#include "render/export_yaml.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace kahn::render {
namespace {

bool is_word(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Words that YAML 1.1 reads as something else than text.
bool is_taken(std::string_view text) {
    static constexpr std::array<std::string_view, 12> taken{"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "none"};
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return std::find(taken.begin(), taken.end(), lower) != taken.end();
}

bool is_plain(std::string_view text) {
    if (text.empty() || !(is_word(text.front()) || text.front() == '/') || text.back() == ' ' || is_taken(text)) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_word(c) || (c >= '0' && c <= '9') || std::string_view(" ./-+=$()@~^;").find(c) != std::string_view::npos;
    });
}

/// Characters that YAML calls line ends, or that no text of its may hold as they are.
bool is_awkward(std::string_view sequence) {
    if (sequence.size() == 1) {
        const auto c = static_cast<unsigned char>(sequence.front());
        return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    }
    if (sequence.size() == 2 && sequence[0] == '\xc2' && static_cast<unsigned char>(sequence[1]) < 0xa0) return true;  // C1, NEL
    return sequence == "\xe2\x80\xa8" || sequence == "\xe2\x80\xa9" || sequence == "\xef\xbb\xbf" || is_bidi_control(sequence);
}

/// Calls `each` with every character of valid UTF-8.
template <class Each>
void for_each_character(std::string_view text, Each each) {
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text));
        each(text.substr(0, length));
        text.remove_prefix(length);
    }
}

bool fits_a_block(std::string_view text) {
    // Blanks at the front would be indentation, those at the end of a line nobody sees.
    if (text.empty() || text.front() == ' ' || text.front() == '\n' || text.front() == '\t' || text.back() == '\n') return false;
    if (text.find(" \n") != std::string_view::npos || text.find("\t\n") != std::string_view::npos || text.back() == ' ') return false;
    bool fits = true;
    for_each_character(text, [&fits](std::string_view character) { fits = fits && !is_awkward(character); });
    return fits;
}

void append_code_point(std::string& out, std::string_view character) {
    static constexpr std::string_view digits = "0123456789abcdef";
    constexpr unsigned continuation_bits = 6;
    constexpr std::array<unsigned, 5> first_byte_mask{0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned code = static_cast<unsigned char>(character[0]) & first_byte_mask[character.size()];
    for (const char c : character.substr(1)) code = code << continuation_bits | (static_cast<unsigned char>(c) & 0x3fU);
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) out += digits[code >> shift & 0xfU];
}

std::string in_double_quotes(std::string_view text) {
    std::string out = "\"";
    for_each_character(text, [&out](std::string_view character) {
        if (character == "\n") {
            out += "\\n";
        } else if (character == "\t") {
            out += "\\t";
        } else if (character == "\"" || character == "\\") {
            out += '\\';
            out += character;
        } else if (is_awkward(character)) {
            append_code_point(out, character);
        } else {
            out += character;
        }
    });
    return out + '"';
}

}  // namespace

std::string yaml_text(std::string_view text) { return is_plain(text) ? std::string(text) : in_double_quotes(text); }

std::string yaml_block(std::string_view text, std::size_t indent) {
    if (text.find('\n') == std::string_view::npos || !fits_a_block(text)) return yaml_text(text);
    std::string out = "|-";
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        out += '\n';
        if (!line.empty()) out += std::string(indent, ' ') + std::string(line);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

std::string yaml_comment(std::string_view text, std::size_t indent) { return std::string(indent, ' ') + "# " + printable(text) + '\n'; }

}  // namespace kahn::render
