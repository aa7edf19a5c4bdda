#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::test {

/// What a terminal would show: just the controls that kahn may use, anything else throws.
class Screen {
public:
    /// \param width how many cells a character takes; without it each takes one
    explicit Screen(std::size_t columns, int (*width)(std::string_view) noexcept = nullptr) : columns_(columns), width_(width) {}

    /// What is drawn from now on wraps there; what stands stays as it is.
    void resize(std::size_t columns) noexcept { columns_ = columns; }

    void feed(std::string_view bytes) {
        pending_ += bytes;
        std::size_t at = 0;
        while (at < pending_.size()) {
            const std::size_t size = next_size(at);
            if (size == 0) break;  // the rest of a sequence is yet to come
            take(std::string_view(pending_).substr(at, size));
            at += size;
        }
        pending_.erase(0, at);
    }

    /// From the first line that scrolled by to the last, without blanks at their ends.
    std::string text() const {
        std::string out;
        for (const auto& line : lines_) {
            std::string joined;
            for (const std::string& cell : line) joined += cell;
            out += joined.substr(0, joined.find_last_not_of(' ') + 1) + '\n';
        }
        return out;
    }
    std::size_t row() const noexcept { return row_; }
    std::size_t column() const noexcept { return column_; }

private:
    std::size_t next_size(std::size_t at) const {
        const auto lead = static_cast<unsigned char>(pending_[at]);
        if (lead == 0x1B) {
            std::size_t end = at + 2;
            while (end < pending_.size() && (pending_[end] < '\x40' || pending_[end] > '\x7E')) ++end;
            return end < pending_.size() ? end + 1 - at : 0;
        }
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        return at + size <= pending_.size() ? size : 0;
    }

    void take(std::string_view what) {
        if (what[0] == '\x1B') return control(what);
        if (what == "\r") {
            column_ = 0;
        } else if (what == "\n") {
            ++row_;
        } else if (static_cast<unsigned char>(what[0]) < 0x20) {
            throw std::runtime_error("a control character reached the terminal");
        } else {
            put(what);
        }
    }

    void put(std::string_view what) {
        const auto width = static_cast<std::size_t>(width_ ? width_(what) : 1);
        if (width == 0 && column_ > 0) {
            lines_[row_][column_ - 1] += what;
            return;
        }
        if (column_ + width > columns_) {
            column_ = 0;
            ++row_;
        }
        if (lines_.size() <= row_) lines_.resize(row_ + 1);
        if (lines_[row_].size() < column_ + width) lines_[row_].resize(column_ + width, " ");
        lines_[row_][column_] = std::string(what);
        for (std::size_t more = 1; more < width; ++more) lines_[row_][column_ + more].clear();
        column_ += width;
    }

    void control(std::string_view what) {
        const std::string_view parameter = what.substr(2, what.size() - 3);
        if (what[1] == '[' && what.back() == 'm') return;
        if (what[1] == '[' && what.back() == 'A') {
            row_ -= std::min<std::size_t>(row_, parameter.empty() ? 1 : std::stoul(std::string(parameter)));
        } else if (what == "\x1B[K" || what == "\x1B[J") {
            if (row_ < lines_.size() && lines_[row_].size() > column_) lines_[row_].resize(column_);
            if (what.back() == 'J' && lines_.size() > row_ + 1) lines_.resize(row_ + 1);
        } else {
            throw std::runtime_error("an unexpected control sequence reached the terminal");
        }
    }

    std::size_t columns_;
    int (*width_)(std::string_view) noexcept;
    std::vector<std::vector<std::string>> lines_;
    std::size_t row_ = 0;
    std::size_t column_ = 0;
    std::string pending_;
};

}  // namespace kahn::test
