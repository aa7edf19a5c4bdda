#include "render/terminal_text.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace kahn::render {
namespace {

constexpr char escape = '\x1B';
constexpr std::string_view reset = "\x1B[0m";

bool is_ordinary(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte < 0x7F) || c == '\t';
}

bool is_between(char c, char first, char last) noexcept { return c >= first && c <= last; }

/// The length of the control sequence at the front of `text`, which begins with ESC.
std::size_t sequence_length(std::string_view text) {
    if (text.size() < 2) return text.size();
    std::size_t i = 2;
    const char kind = text[1];
    if (kind == '[') {  // CSI: parameters, intermediates, one final byte
        while (i < text.size() && is_between(text[i], '\x30', '\x3F')) ++i;
        while (i < text.size() && is_between(text[i], '\x20', '\x2F')) ++i;
        return i < text.size() && is_between(text[i], '\x40', '\x7E') ? i + 1 : i;
    }
    if (std::string_view("]P^_X").find(kind) != std::string_view::npos) {  // OSC, DCS, PM, APC, SOS: up to BEL or ST
        for (; i < text.size(); ++i) {
            if (text[i] == '\a') return i + 1;
            if (text[i] == escape) return i + 1 < text.size() && text[i + 1] == '\\' ? i + 2 : i;
        }
        return i;
    }
    while (i - 1 < text.size() && is_between(text[i - 1], '\x20', '\x2F')) ++i;  // character sets and the like
    return std::min(i, text.size());
}

/// Whether a sequence only sets colours: `ESC [ digits ; : m`.
bool is_colour(std::string_view sequence) {
    if (sequence.size() < 3 || sequence[1] != '[' || sequence.back() != 'm') return false;
    const std::string_view parameters = sequence.substr(2, sequence.size() - 3);
    return std::all_of(parameters.begin(), parameters.end(), [](char c) { return is_between(c, '0', ';'); });
}

}  // namespace

void append_terminal_line(std::string& out, std::string_view line) {
    bool is_coloured = false;
    while (!line.empty()) {
        const auto stop = std::find_if_not(line.begin(), line.end(), is_ordinary);
        const auto ordinary = static_cast<std::size_t>(stop - line.begin());
        out += line.substr(0, ordinary);
        line.remove_prefix(ordinary);
        if (line.empty()) break;

        std::size_t length = 1;
        if (line[0] == escape) {
            length = sequence_length(line);
            const std::string_view sequence = line.substr(0, length);
            if (is_colour(sequence)) {
                out += sequence;
                is_coloured = sequence != reset && sequence != "\x1B[m";
            }
        } else if (static_cast<unsigned char>(line[0]) >= 0x80) {
            const std::size_t size = utf8_sequence_length(line);
            const bool is_c1 = size == 2 && line[0] == '\xC2' && static_cast<unsigned char>(line[1]) < 0xA0;
            if (size == 0) {
                out += "\xEF\xBF\xBD";
            } else if (!is_c1 && !is_bidi_control(line.substr(0, size))) {
                out += line.substr(0, size);
            }
            length = std::max<std::size_t>(1, size);
        }
        line.remove_prefix(length);
    }
    if (is_coloured) out += reset;
}

}  // namespace kahn::render
