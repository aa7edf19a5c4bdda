#include "render/cells.hpp"

#include "base/text.hpp"
#include "render/display_width.hpp"
#include "render/terminal_text.hpp"

#include <algorithm>

namespace kahn::render {
namespace {

constexpr std::string_view ellipsis = "…";

std::size_t sequence_size(std::string_view text) { return std::max<std::size_t>(1, utf8_sequence_length(text)); }

std::size_t width_of(std::string_view sequence) { return static_cast<std::size_t>(display_width(sequence)); }

/// The longest beginning that takes at most `width` cells, marks that belong to its last character included.
std::string_view beginning(std::string_view text, std::size_t width) {
    std::size_t at = 0;
    for (std::size_t used = 0; at < text.size();) {
        const std::string_view sequence = text.substr(at, sequence_size(text.substr(at)));
        used += width_of(sequence);
        if (used > width) break;
        at += sequence.size();
    }
    return text.substr(0, at);
}

/// What is left once at least `width` cells were taken from the front, and no mark without its character.
std::string_view without(std::string_view text, std::size_t width) {
    for (std::size_t taken = 0; !text.empty();) {
        const std::string_view sequence = text.substr(0, sequence_size(text));
        if (taken >= width && width_of(sequence) > 0) break;
        taken += width_of(sequence);
        text.remove_prefix(sequence.size());
    }
    return text;
}

}  // namespace

std::size_t cells(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const std::string_view sequence = text.substr(0, sequence_size(text));
        width += width_of(sequence);
        text.remove_prefix(sequence.size());
    }
    return width;
}

std::string cut_end(std::string_view text, std::size_t width) {
    if (cells(text) <= width) return std::string(text);
    if (width == 0) return {};
    return std::string(beginning(text, width - 1)) + std::string(ellipsis);
}

std::string cut_middle(std::string_view text, std::size_t width) {
    const std::size_t all = cells(text);
    if (all <= width) return std::string(text);
    if (width < 3) return cut_end(text, width);
    const std::size_t front = width / 2;
    return std::string(beginning(text, front)) + std::string(ellipsis) + std::string(without(text, all - (width - front - 1)));
}

std::string padded(std::string_view text, std::size_t width) {
    std::string out = cut_end(text, width);
    const std::size_t used = cells(out);
    return out + std::string(width - std::min(width, used), ' ');
}

std::string plain_line(std::string_view line) {
    std::string coloured;
    append_terminal_line(coloured, line);
    std::string out;
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1B') {
            i = std::min(coloured.find('m', i), coloured.size());  // only colours are left
        } else {
            out += coloured[i] == '\t' ? ' ' : coloured[i];
        }
    }
    return out;
}

}  // namespace kahn::render
