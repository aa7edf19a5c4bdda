#include "config/line_index.hpp"

#include <algorithm>

namespace kahn::config {
namespace {

constexpr std::size_t block_bytes = 4096;

/// Moves `line` and `line_start` over the line ends in [from, to).
void advance(std::string_view text, std::size_t from, std::size_t to, std::uint32_t& line, std::uint32_t& line_start) {
    const std::string_view before = text.substr(0, to);
    for (std::size_t end = before.find('\n', from); end != std::string_view::npos; end = before.find('\n', end + 1)) {
        ++line;
        line_start = static_cast<std::uint32_t>(end + 1);
    }
}

}  // namespace

LineIndex::LineIndex(std::string_view text) : text_(text) {
    blocks_.reserve(text.size() / block_bytes + 1);
    Block block{0, 0};
    for (std::size_t start = 0; start <= text.size(); start += block_bytes) {
        blocks_.push_back(block);
        advance(text, start, std::min(text.size(), start + block_bytes), block.line, block.line_start);
    }
}

SourceLocation LineIndex::at(std::size_t offset) const noexcept {
    offset = std::min(offset, text_.size());
    Block block = blocks_[offset / block_bytes];
    advance(text_, offset / block_bytes * block_bytes, offset, block.line, block.line_start);
    return {static_cast<int>(block.line + 1), static_cast<int>(offset - block.line_start + 1)};
}

}  // namespace kahn::config
