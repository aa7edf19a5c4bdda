#pragma once

#include "config/document.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kahn::config {

/// Where things stand in YAML text, as far as yaml-cpp's events do not tell: a mark is only where a token begins.
///
/// \par Object lifetimes
/// Refers to the text.
class YamlText {
public:
    explicit YamlText(std::string_view text) : text_(text) {}

    /// A mark's position; one that is negative, or too far, is the end.
    std::uint32_t clamp(int position) const;
    char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }

    /// Past `&anchor` and `!tag`, which a mark counts in.
    std::uint32_t skip_properties(std::uint32_t offset) const;
    std::uint32_t skip_anchor(std::uint32_t offset) const;

    /// Whether a tab stands in the indentation before `offset`.
    bool is_after_tab(std::uint32_t offset) const;

    /// `&anchor`, `*alias` or `!tag`.
    Span word(std::uint32_t offset) const;
    /// A plain, quoted or block scalar that begins at `offset`.
    /// \throws ReadFailure if it is quoted and never closed: yaml-cpp takes the end of the file for the quote
    Span scalar(std::uint32_t offset, std::string_view value) const;
    Span to_end_of_line(std::uint32_t offset) const;
    /// `~` or `null` as it was written at `offset`; empty where nothing was written and `offset` is what came next.
    std::string_view null_word(std::uint32_t offset, bool is_key) const;
    /// The `-` of an empty entry, which stands after whatever came before it.
    Span dash_after(std::uint32_t offset, std::uint32_t fallback) const;

private:
    std::uint32_t skip_blanks(std::size_t offset) const;
    std::uint32_t end_of_word(std::uint32_t offset) const;
    std::uint32_t end_of_quoted(std::uint32_t offset) const;

    std::string_view text_;
};

}  // namespace kahn::config
