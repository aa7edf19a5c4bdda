#include "render/source_lines.hpp"

#include <algorithm>

namespace kahn::render {
namespace {

std::size_t count_code_points(std::string_view text) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

}  // namespace

SourceLines::SourceLines(std::string_view text) : text_(text) {
    if (text.empty()) return;
    starts_.push_back(0);
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) starts_.push_back(at + 1);
}

std::string_view SourceLines::line(int number) const {
    const auto index = static_cast<std::size_t>(number) - 1;
    const std::size_t end = index + 1 < starts_.size() ? starts_[index + 1] - 1 : text_.size();
    std::string_view line = text_.substr(starts_[index], end - starts_[index]);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

SourceLines::Columns SourceLines::code_points(const SourceLocation& location, std::size_t length) {
    const auto column = static_cast<std::size_t>(std::max(location.column, 1));
    if (!has(location.line)) return {column, column + std::max<std::size_t>(1, length)};
    const std::string_view text = line(location.line);
    const std::size_t before = std::min(column - 1, text.size());
    if (counted_.line != location.line || counted_.bytes > before) counted_ = {location.line, 0, 0};
    counted_.code_points += count_code_points(text.substr(counted_.bytes, before - counted_.bytes));
    counted_.bytes = before;
    const std::size_t first = counted_.code_points + 1;
    return {first, first + std::max<std::size_t>(1, count_code_points(text.substr(before, length)))};
}

}  // namespace kahn::render
