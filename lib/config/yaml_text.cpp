#include "config/yaml_text.hpp"

#include "config/document_builder.hpp"

#include <algorithm>

namespace kahn::config {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view flow_indicators = ",[]{}";

}  // namespace

std::uint32_t YamlText::clamp(int position) const {
    const auto size = static_cast<std::uint32_t>(text_.size());
    return position < 0 ? size : std::min(static_cast<std::uint32_t>(position), size);
}

std::uint32_t YamlText::skip_properties(std::uint32_t offset) const {
    while (at(offset) == '&' || at(offset) == '!') offset = skip_blanks(end_of_word(offset));
    return offset;
}

std::uint32_t YamlText::skip_anchor(std::uint32_t offset) const {
    return at(offset) == '&' ? skip_blanks(end_of_word(offset)) : offset;
}

bool YamlText::is_after_tab(std::uint32_t offset) const {
    const std::string_view before = text_.substr(0, offset);
    const std::size_t line = before.rfind('\n') + 1;  // 0 if there is none
    return before.find('\t', line) < before.find_first_not_of(" \t", line);
}

Span YamlText::word(std::uint32_t offset) const { return {offset, end_of_word(offset) - offset}; }

Span YamlText::scalar(std::uint32_t offset, std::string_view value) const {
    const char first = at(offset);
    if (first == '"' || first == '\'') return {offset, end_of_quoted(offset) - offset};
    if (first != '|' && first != '>' && text_.substr(offset, value.size()) == value) {
        return {offset, static_cast<std::uint32_t>(value.size())};
    }
    return to_end_of_line(offset);
}

Span YamlText::to_end_of_line(std::uint32_t offset) const {
    std::size_t end = std::min(text_.find('\n', offset), text_.size());
    while (end > offset && blanks.find(text_[end - 1]) != std::string_view::npos) --end;
    return {offset, static_cast<std::uint32_t>(std::max<std::size_t>(1, end - offset))};
}

std::string_view YamlText::null_word(std::uint32_t offset, bool is_key) const {
    for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
        if (!text_.substr(offset).starts_with(word)) continue;
        std::size_t end = offset + word.size();
        const bool ends = end >= text_.size() || blanks.find(text_[end]) != std::string_view::npos ||
                          flow_indicators.find(text_[end]) != std::string_view::npos || text_[end] == ':';
        if (!ends) return {};
        while (at(end) == ' ' || at(end) == '\t') ++end;
        return at(end) == ':' && !is_key ? std::string_view() : word;
    }
    return {};
}

Span YamlText::dash_after(std::uint32_t offset, std::uint32_t fallback) const {
    if (at(offset) == ':') ++offset;
    offset = skip_blanks(offset);
    return {at(offset) == '-' ? offset : fallback, 1};
}

std::uint32_t YamlText::skip_blanks(std::size_t offset) const {
    while (offset < text_.size()) {
        if (text_[offset] == '#') offset = std::min(text_.find('\n', offset), text_.size());
        else if (blanks.find(text_[offset]) != std::string_view::npos) ++offset;
        else break;
    }
    return static_cast<std::uint32_t>(offset);
}

std::uint32_t YamlText::end_of_word(std::uint32_t offset) const {
    std::size_t end = offset + 1;
    if (at(offset) == '!' && at(end) == '<') end = std::min(text_.find('>', end), text_.size());
    while (end < text_.size() && blanks.find(text_[end]) == std::string_view::npos &&
           flow_indicators.find(text_[end]) == std::string_view::npos) {
        ++end;
    }
    return static_cast<std::uint32_t>(end);
}

std::uint32_t YamlText::end_of_quoted(std::uint32_t offset) const {
    const char quote = text_[offset];
    const char* const stops = quote == '"' ? "\"\\" : "'";
    for (std::size_t stop = text_.find_first_of(stops, offset + 1); stop != std::string_view::npos;
         stop = text_.find_first_of(stops, stop)) {
        if (text_[stop] == '\\' || (quote == '\'' && at(stop + 1) == '\'')) stop += 2;
        else return static_cast<std::uint32_t>(stop + 1);
    }
    throw ReadFailure{Problem(Code::yaml_syntax, {offset, 1}, "not YAML: the quote that begins here is never closed")};
}

}  // namespace kahn::config
