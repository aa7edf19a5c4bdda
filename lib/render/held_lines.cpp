#include "render/held_lines.hpp"

#include <algorithm>

namespace kahn::render {

void HeldLines::shrink(std::size_t bytes) {
    if (text_.size() <= bytes) return;
    std::size_t cut = text_.size() - bytes;
    cut = std::min(text_.find('\n', cut - 1), text_.size() - 1) + 1;
    const auto last = text_.begin() + static_cast<std::ptrdiff_t>(cut);
    forgotten_lines_ += static_cast<std::uint64_t>(std::count(text_.begin(), last, '\n'));
    forgotten_bytes_ += cut;
    text_.erase(0, cut);
    if (text_.capacity() > 4 * text_.size() + 256) text_.shrink_to_fit();
}

void HeldLines::clear() {
    std::string().swap(text_);
    forgotten_lines_ = 0;
    forgotten_bytes_ = 0;
}

}  // namespace kahn::render
