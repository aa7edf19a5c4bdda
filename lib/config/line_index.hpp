#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kahn::config {

/// Tells line and column of a byte of a text.
///
/// A look-up costs a block of 4 KiB at most, however long the lines are: a JSON file of 64 MiB may be one line. The
/// index itself is 8 bytes a block.
///
/// \par Object lifetimes
/// Refers to the text.
class LineIndex {
public:
    explicit LineIndex(std::string_view text);

    /// An offset past the end means the end.
    SourceLocation at(std::size_t offset) const noexcept;

private:
    struct Block {
        std::uint32_t line;        // of the block's first byte, from 0
        std::uint32_t line_start;  // where that line begins
    };

    std::string_view text_;
    std::vector<Block> blocks_;
};

}  // namespace kahn::config
