#include "render/display_width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace kahn::render {
namespace {

struct Block {
    std::uint32_t first;
    std::uint32_t last;
};

constexpr std::array<Block, 9> zero_width{{{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x1AB0, 0x1AFF},
                                           {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};
constexpr std::array<Block, 11> double_width{{{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x4DBF}, {0x4E00, 0xA4CF},
                                              {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF01, 0xFF60},
                                              {0xFFE0, 0xFFE6}, {0x1F300, 0x1F9FF}, {0x20000, 0x3FFFD}}};

template <std::size_t N>
bool is_in(const std::array<Block, N>& blocks, std::uint32_t code) {
    return std::any_of(blocks.begin(), blocks.end(), [code](Block b) { return code >= b.first && code <= b.last; });
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
    if (is_in(zero_width, code)) return 0;
    return is_in(double_width, code) ? 2 : 1;
}

}  // namespace kahn::render
