#include "render/export_words.hpp"

#include "base/glob.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace kahn::render {
namespace {

using Kind = ExportCondition::Kind;

/// A pattern that is nothing but texts and stars, taken apart at its stars; nothing for any other.
std::optional<std::vector<std::string>> split_at_stars(std::string_view pattern) {
    std::vector<std::string> pieces(1);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '*') {
            if (pieces.size() == 1 || !pieces.back().empty()) pieces.emplace_back();
        } else if (pattern[i] == '?' || pattern[i] == '[') {
            return std::nullopt;
        } else {
            if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
            pieces.back() += pattern[i];
        }
    }
    return pieces;
}

/// Whether one text could begin with `head` and end with `tail` although it is shorter than both together.
bool can_overlap(std::string_view head, std::string_view tail) {
    for (std::size_t n = 1; n <= std::min(head.size(), tail.size()); ++n) {
        if (head.substr(head.size() - n) == tail.substr(0, n)) return true;
    }
    return false;
}

std::optional<std::string> github_pattern(std::string_view pattern, const std::string& subject) {
    const auto pieces = split_at_stars(pattern);
    if (!pieces) return std::nullopt;
    const std::string& head = pieces->front();
    const std::string& tail = pieces->back();
    const auto call = [&subject](const char* function, const std::string& text) {
        return function + ('(' + subject + ", ") + github_quoted(text) + ')';
    };
    switch (pieces->size()) {
        case 1: return subject + " == " + github_quoted(head);
        case 2:
            if (head.empty() && tail.empty()) return "true";
            if (tail.empty()) return call("startsWith", head);
            if (head.empty()) return call("endsWith", tail);
            if (can_overlap(head, tail)) return std::nullopt;
            return '(' + call("startsWith", head) + " && " + call("endsWith", tail) + ')';
        case 3:
            if (head.empty() && tail.empty()) return call("contains", (*pieces)[1]);
            return std::nullopt;
        default: return std::nullopt;
    }
}

/// The class at the front of `pattern` as one of a regular expression; its end goes to `length`, 0 if it is none.
std::string regex_class(std::string_view pattern, std::size_t& length) {
    std::size_t i = 1;
    std::string out = "[";
    if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) {
        out += '^';
        ++i;
    }
    const std::size_t first = i;
    while (i < pattern.size() && (pattern[i] != ']' || i == first)) {
        const bool is_range = pattern[i] == '-' && i != first && i + 1 < pattern.size() && pattern[i + 1] != ']';
        if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
        if (!is_range && std::string_view("\\]^-[/").find(pattern[i]) != std::string_view::npos) out += '\\';
        out += pattern[i++];
    }
    length = i < pattern.size() ? i + 1 : 0;
    return out + ']';
}

std::optional<std::string> gitlab_quoted(std::string_view text) {
    if (text.find('\n') != std::string_view::npos) return std::nullopt;
    if (text.find('"') == std::string_view::npos) return '"' + std::string(text) + '"';
    if (text.find('\'') == std::string_view::npos) return '\'' + std::string(text) + '\'';
    return std::nullopt;
}

}  // namespace

std::optional<std::string> glob_to_regex(std::string_view glob) {
    auto alternatives = expand_braces(glob);
    if (alternatives.empty()) return std::nullopt;
    std::reverse(alternatives.begin(), alternatives.end());
    std::string out = alternatives.size() > 1 ? "^(" : "^";
    for (std::size_t a = 0; a < alternatives.size(); ++a) {
        if (a > 0) out += '|';
        const std::string_view pattern = alternatives[a];
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            std::size_t length = 0;
            const std::string as_class = pattern[i] == '[' ? regex_class(pattern.substr(i), length) : "";
            if (length > 0) {
                out += as_class;
                i += length - 1;
            } else if (pattern[i] == '*') {
                out += ".*";
            } else if (pattern[i] == '?') {
                out += '.';
            } else {
                if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
                if (std::string_view("\\.+*?()|[]{}^$/").find(pattern[i]) != std::string_view::npos) out += '\\';
                out += pattern[i];
            }
        }
    }
    return out + (alternatives.size() > 1 ? ")$" : "$");
}

std::string github_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
    return out + '\'';
}

std::optional<std::string> ExportWords::say(const ExportCondition& condition, bool is_inner) const {
    if (condition.kind != Kind::all && condition.kind != Kind::any) return say_leaf(condition);
    std::string out;
    for (const ExportCondition& part : condition.parts) {
        const auto said = say(part, true);
        if (!said) return std::nullopt;
        if (!out.empty()) out += condition.kind == Kind::all ? " && " : " || ";
        out += *said;
    }
    return is_inner ? '(' + out + ')' : out;
}

std::optional<std::string> GithubWords::say_leaf(const ExportCondition& leaf) const {
    const std::string negation = leaf.is_negated ? "!" : "";
    const auto place = [this](const std::string& name) -> std::optional<std::string> {
        if (name.empty()) return "(github.head_ref || github.ref_name)";
        if (std::find(pipeline_.secrets.begin(), pipeline_.secrets.end(), name) != pipeline_.secrets.end()) return std::nullopt;
        return "vars." + name;
    };
    switch (leaf.kind) {
        case Kind::constant: return leaf.holds ? "true" : "false";
        case Kind::success: return negation.empty() ? success_ : "!(" + success_ + ')';
        case Kind::failure: return negation + "failure()";
        case Kind::always: return "always()";
        case Kind::cancelled: return negation + "cancelled()";
        default: break;
    }
    const auto subject = place(leaf.subject);
    if (!subject) return std::nullopt;
    const std::string equality = leaf.is_negated ? " != " : " == ";
    switch (leaf.kind) {
        case Kind::equals: return *subject + equality + github_quoted(leaf.text);
        case Kind::same: {
            const auto other = place(leaf.text);
            return other ? std::optional(*subject + equality + *other) : std::nullopt;
        }
        case Kind::is_set:
            return leaf.is_negated ? '(' + *subject + " == '' || " + *subject + " == 'false')"
                                   : '(' + *subject + " != '' && " + *subject + " != 'false')";
        case Kind::matches: {
            auto alternatives = expand_braces(leaf.text);
            std::reverse(alternatives.begin(), alternatives.end());
            std::string out;
            for (const std::string& alternative : alternatives) {
                const auto said = github_pattern(alternative, *subject);
                if (!said) return std::nullopt;
                out += (out.empty() ? "" : " || ") + *said;
            }
            if (out.empty()) return std::nullopt;
            return negation.empty() && alternatives.size() == 1 ? out : negation + '(' + out + ')';
        }
        default: return std::nullopt;
    }
}

std::optional<std::string> GitlabWords::say_leaf(const ExportCondition& leaf) const {
    const auto place = [](const std::string& name) { return name.empty() ? std::string("$CI_COMMIT_REF_NAME") : '$' + name; };
    const std::string subject = place(leaf.subject);
    // One that does not exist is no empty text there.
    const std::string is_empty = '(' + subject + " == null || " + subject + " == \"\")";
    const std::string is_not_empty = '(' + subject + " != null && " + subject + " != \"\")";
    switch (leaf.kind) {
        case Kind::equals: {
            if (leaf.text.empty()) return leaf.is_negated ? is_not_empty : is_empty;
            const auto text = gitlab_quoted(leaf.text);
            return text ? std::optional(subject + (leaf.is_negated ? " != " : " == ") + *text) : std::nullopt;
        }
        case Kind::same: return subject + (leaf.is_negated ? " != " : " == ") + place(leaf.text);
        case Kind::is_set:
            return leaf.is_negated ? '(' + subject + " == null || " + subject + " == \"\" || " + subject + " == \"false\")"
                                   : '(' + subject + " != null && " + subject + " != \"\" && " + subject + " != \"false\")";
        case Kind::matches: {
            const auto regex = glob_to_regex(leaf.text);
            if (!regex || regex->find('\n') != std::string::npos) return std::nullopt;
            const std::string match = subject + (leaf.is_negated ? " !~ /" : " =~ /") + *regex + '/';
            const bool is_by_nothing = !leaf.subject.empty() && glob_match(leaf.text, "", GlobKind::text);
            if (!is_by_nothing) return match;
            return leaf.is_negated ? '(' + match + " && " + subject + " != null)" : '(' + match + " || " + subject + " == null)";
        }
        default: return std::nullopt;  // decided before it comes here
    }
}

}  // namespace kahn::render
