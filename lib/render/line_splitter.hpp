#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kahn::render {

/// Makes lines out of the pieces in which a stream arrives, in bounded memory.
///
/// What stands before a carriage return that ends no line is overwritten, as a terminal would. Of a long line the first
/// `longest` bytes are kept.
class LineSplitter {
public:
    /// Calls `line(text)` for every line that `bytes` ends. \param longest bytes kept of a line that is not ended yet
    template <class Line>
    void feed(std::string_view bytes, std::size_t longest, Line&& line) {
        while (!bytes.empty()) {
            const std::size_t end = bytes.find('\n');
            if (end == std::string_view::npos) return keep(bytes, longest);
            std::string_view text = bytes.substr(0, end);
            bytes.remove_prefix(end + 1);
            if (partial_.empty() && cut_ == 0 && !has_return_ && text.size() <= longest) {
                line(without_overwritten(text));  // the common case: nothing is copied
                continue;
            }
            keep(text, longest);
            finish(line);
        }
    }

    /// Ends the line that is not ended yet; an empty one if there is none.
    template <class Line>
    void finish(Line&& line) {
        if (partial_.empty() && cut_ == 0) {
            has_return_ = false;
            return line(std::string_view{});
        }
        if (cut_ > 0) partial_ += " … (" + std::to_string(cut_) + " bytes more in this line)";
        line(std::string_view(partial_));
        partial_.clear();
        cut_ = 0;
        has_return_ = false;
    }

    bool empty() const noexcept { return partial_.empty() && cut_ == 0; }
    std::size_t size() const noexcept { return partial_.size(); }
    /// What there is of the line that is not ended yet.
    std::string_view partial() const noexcept { return partial_; }

private:
    /// Adds to the line that is not ended yet.
    void keep(std::string_view bytes, std::size_t longest);
    static std::string_view without_overwritten(std::string_view text);

    std::string partial_;
    std::uint64_t cut_ = 0;     // bytes of the line that were not kept
    bool has_return_ = false;  // it ends with a carriage return: the next byte decides
};

}  // namespace kahn::render
