#include "render/display_width.hpp"

#include "render/character_widths.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace kahn::render {
namespace {

template <std::size_t N>
bool is_in(const std::array<CharacterRange, N>& ranges, std::uint32_t code) {
    const auto range = std::partition_point(ranges.begin(), ranges.end(), [code](const CharacterRange& r) { return r.last < code; });
    return range != ranges.end() && range->first <= code;
}

std::uint32_t decode(std::string_view sequence) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i])); };
    if (sequence.size() == 1) return byte(0);
    std::uint32_t code = byte(0) & (0x7FU >> sequence.size());
    for (std::size_t i = 1; i < sequence.size(); ++i) code = code << 6 | (byte(i) & 0x3FU);
    return code;
}

}  // namespace

int display_width(std::string_view sequence) noexcept {
    if (sequence.size() < 2) return 1;
    const std::uint32_t code = decode(sequence);
    if (is_in(zero_width_characters, code)) return 0;
    return is_in(wide_characters, code) ? 2 : 1;
}

}  // namespace kahn::render
