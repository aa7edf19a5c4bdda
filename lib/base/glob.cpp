#include "base/glob.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kahn {
namespace {

constexpr std::size_t max_expansions = 1000;

/// One element of a compiled pattern: a wildcard, or one character out of some ranges.
struct Token {
    enum class Kind : std::uint8_t { star, any, one_of, none_of };

    Kind kind = Kind::any;
    std::vector<std::pair<char32_t, char32_t>> ranges;  // both ends included

    bool is_star() const noexcept { return kind == Kind::star; }
    bool matches(char32_t c) const noexcept {
        if (kind == Kind::any) return true;
        const bool is_in = std::any_of(ranges.begin(), ranges.end(),
                                       [c](const auto& range) { return range.first <= c && c <= range.second; });
        return is_in == (kind == Kind::one_of);
    }
};

/// What stands between two slashes; in a text pattern the whole of it.
struct Segment {
    bool is_globstar = false;
    std::vector<Token> tokens;

    bool is_star() const noexcept { return is_globstar; }
    bool matches(const std::u32string& text) const;
};

/// Matches a pattern in which a star stands for any number of items. Going back to the last star alone is enough: what
/// an earlier one might take instead, the last one can take as well. So every pair of items is compared at most once.
template <class Pattern, class Text>
bool match_items(const Pattern& pattern, const Text& text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t after_star = pattern.size() + 1;  // no star met yet
    std::size_t taken_until = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p].is_star()) {
            after_star = ++p;
            taken_until = t;
        } else if (p < pattern.size() && pattern[p].matches(text[t])) {
            ++p;
            ++t;
        } else if (after_star <= pattern.size()) {
            p = after_star;
            t = ++taken_until;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p].is_star()) ++p;
    return p == pattern.size();
}

bool Segment::matches(const std::u32string& text) const { return match_items(tokens, text); }

/// The characters of a text; a byte that is no UTF-8 stands for itself, beyond all characters.
std::u32string decode(std::string_view text) {
    constexpr char32_t beyond_unicode = 0x110000;
    std::u32string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_sequence_length(text);
        const auto lead = static_cast<unsigned char>(text[0]);
        if (length == 0) {
            out += beyond_unicode + lead;
            text.remove_prefix(1);
            continue;
        }
        char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
        for (std::size_t i = 1; i < length; ++i) c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
        out += c;
        text.remove_prefix(length);
    }
    return out;
}

/// The class that starts at `pattern[at] == '['`, and the place behind it; nothing changes if it is not closed.
bool read_class(const std::u32string& pattern, std::size_t& at, Token& token) {
    std::size_t i = at + 1;
    const bool is_negated = i < pattern.size() && (pattern[i] == U'!' || pattern[i] == U'^');
    if (is_negated) ++i;
    const std::size_t first = i;
    std::vector<std::pair<char32_t, char32_t>> ranges;
    const auto read_one = [&] {
        if (pattern[i] == U'\\' && i + 1 < pattern.size()) ++i;
        return pattern[i++];
    };
    while (i < pattern.size() && (pattern[i] != U']' || i == first)) {
        const char32_t low = read_one();
        char32_t high = low;
        if (i + 1 < pattern.size() && pattern[i] == U'-' && pattern[i + 1] != U']') {
            ++i;
            high = read_one();
        }
        ranges.emplace_back(low, high);
    }
    if (i >= pattern.size()) return false;
    token.kind = is_negated ? Token::Kind::none_of : Token::Kind::one_of;
    token.ranges = std::move(ranges);
    at = i + 1;
    return true;
}

std::vector<Segment> compile(const std::u32string& pattern, GlobKind kind) {
    std::vector<Segment> segments(1);
    std::size_t i = 0;
    while (i < pattern.size()) {
        Token token;
        if (kind == GlobKind::path && pattern[i] == U'/') {
            segments.emplace_back();
            ++i;
            continue;
        }
        if (pattern[i] == U'*') {
            token.kind = Token::Kind::star;
            ++i;
        } else if (pattern[i] == U'?') {
            ++i;
        } else if (pattern[i] != U'[' || !read_class(pattern, i, token)) {
            if (pattern[i] == U'\\' && i + 1 < pattern.size()) ++i;
            token.kind = Token::Kind::one_of;
            token.ranges = {{pattern[i], pattern[i]}};
            ++i;
        }
        segments.back().tokens.push_back(std::move(token));
    }
    if (kind == GlobKind::path) {
        for (Segment& segment : segments) {
            segment.is_globstar =
                segment.tokens.size() == 2 && segment.tokens[0].is_star() && segment.tokens[1].is_star();
        }
    }
    return segments;
}

std::vector<std::u32string> split_path(const std::u32string& path) {
    std::vector<std::u32string> segments(1);
    for (const char32_t c : path) {
        if (c == U'/') {
            segments.emplace_back();
        } else {
            segments.back() += c;
        }
    }
    return segments;
}

/// A group `{a,b}`: where it opens, its commas, where it closes.
struct BraceGroup {
    std::vector<std::size_t> marks;
};

/// The first group with a comma in it. As in the shell, braces without a comma or a partner are themselves.
BraceGroup first_group(std::string_view pattern) {
    std::vector<BraceGroup> open;
    BraceGroup first;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\') {
            ++i;
        } else if (c == '{') {
            open.push_back({{i}});
        } else if (c == ',' && !open.empty()) {
            open.back().marks.push_back(i);
        } else if (c == '}' && !open.empty()) {
            BraceGroup group = std::move(open.back());
            open.pop_back();
            group.marks.push_back(i);
            if (group.marks.size() > 2 && (first.marks.empty() || group.marks[0] < first.marks[0]))
                first = std::move(group);
        }
    }
    return first;
}

/// How many patterns the braces stand for, counted without making one. Beyond the limit: something beyond it.
std::size_t count_alternatives(std::string_view pattern) {
    struct Level {
        std::size_t before_comma = 0;  // alternatives that have ended
        std::size_t here = 1;          // ways to choose in the alternative that is open
        std::size_t as_text = 1;       // the same if the brace turns out to have no partner
    };
    const auto limited = [](std::size_t count) { return std::min(count, max_expansions + 1); };
    const auto multiply = [&](Level& level, std::size_t count) {
        level.here = limited(level.here * count);
        level.as_text = limited(level.as_text * count);
    };
    std::vector<Level> levels(1);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            ++i;
        } else if (pattern[i] == '{') {
            levels.emplace_back();
        } else if (pattern[i] == ',' && levels.size() > 1) {
            levels.back().before_comma = limited(levels.back().before_comma + levels.back().here);
            levels.back().here = 1;
        } else if (pattern[i] == '}' && levels.size() > 1) {
            const std::size_t count = limited(levels.back().before_comma + levels.back().here);
            levels.pop_back();
            multiply(levels.back(), count);
        }
    }
    std::size_t count = 1;
    for (const Level& level : levels) count = limited(count * level.as_text);
    return count;
}

}  // namespace

std::vector<std::string> expand_braces(std::string_view pattern) {
    if (count_alternatives(pattern) > max_expansions) return {};
    std::vector<std::string> finished;
    std::vector<std::string> open{std::string(pattern)};
    while (!open.empty()) {
        std::string next = std::move(open.back());
        open.pop_back();
        const std::vector<std::size_t> marks = first_group(next).marks;
        if (marks.empty()) {
            finished.push_back(std::move(next));
            continue;
        }
        for (std::size_t i = 0; i + 1 < marks.size(); ++i) {
            open.push_back(next.substr(0, marks.front()) + next.substr(marks[i] + 1, marks[i + 1] - marks[i] - 1) +
                           next.substr(marks.back() + 1));
        }
    }
    return finished;
}

bool glob_match(std::string_view pattern, std::string_view text, GlobKind kind) {
    const std::u32string characters = decode(text);
    const std::vector<std::u32string> segments =
        kind == GlobKind::path ? split_path(characters) : std::vector{characters};
    for (const std::string& alternative : expand_braces(pattern)) {
        if (match_items(compile(decode(alternative), kind), segments)) return true;
    }
    return false;
}

}  // namespace kahn
