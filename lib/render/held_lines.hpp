#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kahn::render {

/// The last lines of a text, up to a number of bytes, and how much went before.
class HeldLines {
public:
    /// For whole lines, each with its line end.
    std::string& to_append() noexcept { return text_; }

    /// Forgets the oldest lines, so that at most `bytes` are left.
    void shrink(std::size_t bytes);

    std::string_view text() const noexcept { return text_; }
    std::size_t size() const noexcept { return text_.size(); }
    std::uint64_t forgotten_lines() const noexcept { return forgotten_lines_; }
    std::uint64_t forgotten_bytes() const noexcept { return forgotten_bytes_; }
    void clear();

private:
    std::string text_;
    std::uint64_t forgotten_lines_ = 0;
    std::uint64_t forgotten_bytes_ = 0;
};

}  // namespace kahn::render
