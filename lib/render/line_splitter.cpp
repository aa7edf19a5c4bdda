#include "render/line_splitter.hpp"

#include <algorithm>

namespace kahn::render {

std::string_view LineSplitter::without_overwritten(std::string_view text) {
    while (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    const std::size_t at = text.rfind('\r');
    return at == std::string_view::npos ? text : text.substr(at + 1);
}

void LineSplitter::keep(std::string_view bytes, std::size_t longest) {
    if (bytes.empty()) return;
    const bool ends_with_return = bytes.back() == '\r';
    std::string_view text = bytes;
    while (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    const std::size_t at = text.rfind('\r');
    if (!text.empty() && (has_return_ || at != std::string_view::npos)) {
        partial_.clear();
        cut_ = 0;
        if (at != std::string_view::npos) text.remove_prefix(at + 1);
    }
    has_return_ = ends_with_return || (has_return_ && text.empty());
    const std::size_t room = longest > partial_.size() ? longest - partial_.size() : 0;
    const std::size_t taken = cut_ > 0 ? 0 : std::min(room, text.size());
    partial_ += text.substr(0, taken);
    cut_ += text.size() - taken;
}

}  // namespace kahn::render
