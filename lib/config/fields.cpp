#include "config/fields.hpp"

#include "config/scalars.hpp"

#include "base/text.hpp"
#include "model/expansion.hpp"
#include "model/expression.hpp"
#include "model/name.hpp"

#include <algorithm>
#include <array>

namespace kahn::config::fields {
namespace {

constexpr std::size_t longest_name = 128;

void refuse_scalar(const Value& value, Code code, const ScalarError& error) {
    value.refuse(code, error.message, error.help);
}

void check_expansions(const Value& value, std::string_view text) {
    if (const auto error = check_expansion(text)) {
        value.refuse_part(Code::bad_expansion, error->offset, error->length, error->message,
                          "kahn expands ${NAME} here itself; write $$ for a dollar");
    }
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Calls `each` with every entry of a list and its text. What is no text is refused, and is left out; what cannot be
/// one comes as an empty text, so that the model's list keeps the document's order.
template <class Each>
void read_list(const Value& value, std::string_view type, std::string_view entry_type, Each each) {
    if (value.is_nothing()) return;
    if ((*value).kind != Node::Kind::sequence) {
        const bool is_one = !value.document().is_collection(value.node());
        value.refuse_kind(type, is_one ? "a list of one is written in brackets: [...]" : "");
        return;
    }
    const Document& document = value.document();
    for (NodeId node = value.node() + 1; node != document.end(value.node()); node = document.next(node)) {
        const Value entry = value.entry(node);
        const auto text = entry.text(entry_type);
        if (text || is_text(document, node)) each(entry, text.value_or(std::string_view()), text.has_value());
    }
}

/// What the names of a mapping may be.
struct NameRule {
    bool (*holds)(std::string_view name) noexcept;
    std::string_view broken;
    std::string_view help;
};

bool is_repository_name(std::string_view text) {
    const auto is_part = [](std::string_view part) {
        const auto is_allowed = [](char c) { return continues_name(c) || c == '-' || c == '.'; };
        return !part.empty() && part != "." && part != ".." && std::all_of(part.begin(), part.end(), is_allowed);
    };
    const auto slash = text.find('/');
    return slash != std::string_view::npos && is_part(text.substr(0, slash)) && is_part(text.substr(slash + 1));
}

constexpr NameRule variable_names{&is_variable_name, "is no name of a variable", "letters, digits and underscores, the first one no digit"};

bool is_input_name(std::string_view name) noexcept {
    const auto is_inner = [](char c) { return continues_name(c) || c == '-'; };
    return !name.empty() && starts_name(name.front()) && std::all_of(name.begin(), name.end(), is_inner);
}

constexpr NameRule input_names{&is_input_name, "is no name of an input", "letters, digits, underscores and hyphens, the first one a letter or an underscore"};

void read_variables(const Value& value, Variables& out, bool is_expanded, const NameRule& rule = variable_names) {
    if (value.is_nothing()) return;
    if ((*value).kind != Node::Kind::mapping) return value.refuse_kind(VariableMap::type);
    const Document& document = value.document();
    for (const auto& [key, node] : document.members(value.node())) {
        const std::string_view name = document.text(key);
        if (!rule.holds(name)) {
            value.member(key, name).refuse(Code::bad_variable_name, rule.broken, std::string(rule.help));
            continue;
        }
        if (name.size() > longest_name) {
            value.member(key, name).refuse(Code::bad_variable_name, "has a name longer than 128 bytes");
            continue;
        }
        const Value entry = value.member(node, name);
        // `NAME:` alone is an empty text; JSON's null is not.
        const bool is_empty = entry.is_nothing() && !document.is_typed();
        const auto text = is_empty ? std::string_view() : entry.scalar("a text, a number or a boolean");
        if (!text) continue;
        if (is_expanded) check_expansions(entry, *text);
        out.insert_or_assign(std::string(name), std::string(*text));
    }
}

/// Whether one of the segments is `..`, also inside braces.
bool climbs(std::string_view glob) {
    constexpr std::string_view ends = "/{},";
    for (std::size_t at = glob.find(".."); at != std::string_view::npos; at = glob.find("..", at + 1)) {
        const bool begins = at == 0 || ends.find(glob[at - 1]) != std::string_view::npos;
        const bool stops = at + 2 == glob.size() || ends.find(glob[at + 2]) != std::string_view::npos;
        if (begins && stops) return true;
    }
    return false;
}

/// A glob that stays below the working directory.
void check_pattern(const Value& entry, std::string_view text) {
    if (text.empty()) entry.refuse(Code::empty, "is empty");
    if (text.starts_with('/')) entry.refuse(Code::bad_artifact, "is an absolute path", "paths begin at the working directory");
    if (climbs(text)) entry.refuse(Code::bad_artifact, "leaves the working directory by '..'");
    check_expansions(entry, text);
}

}  // namespace

void Text::read(const Value& value, std::string& out) {
    if (const auto text = value.text(type)) out = *text;
}

void Name::read(const Value& value, std::string& out) {
    const auto text = value.text(type);
    if (!text) return;
    out = *text;
    if (text->empty()) return value.refuse(Code::bad_name, "is empty");
    if (text->size() > longest_name) return value.refuse(Code::bad_name, "is longer than 128 bytes");
    if (printable(*text) != *text) return value.refuse(Code::bad_name, "holds a control character");
    if (text->front() == ' ' || text->back() == ' ') value.refuse(Code::bad_name, "begins or ends with a blank");
}

void ExpandedText::read(const Value& value, std::string& out) {
    const auto text = value.text(type);
    if (!text) return;
    out = *text;
    check_expansions(value, *text);
}

void RepositoryName::read(const Value& value, std::string& out) {
    const auto text = value.text(type);
    if (!text) return;
    out = *text;
    check_expansions(value, *text);
    if (text->find('$') == std::string_view::npos && !is_repository_name(*text)) {
        value.refuse(Code::bad_repository, "is no repository", "a repository of GitHub's is written as owner/name");
    }
}

void WorkflowName::read(const Value& value, std::string& out) {
    const auto text = value.scalar(type);
    if (!text) return;
    out = *text;
    check_expansions(value, *text);
    if (text->empty()) return value.refuse(Code::empty, "is empty");
    if (text->find('$') == std::string_view::npos && text->find('/') != std::string_view::npos) {
        value.refuse(Code::bad_workflow, "is no workflow", "the name of its file in .github/workflows, without the folder, or its number");
    }
}

void ConditionExpression::read(const Value& value, std::string& out) {
    // `custom: true` is a plain scalar, and not an expression: the parser of expressions tells.
    const auto text = value.text(type);
    if (!text) return;
    out = *text;
    const auto parsed = Expression::parse(*text);
    if (const auto* error = std::get_if<ExpressionError>(&parsed)) {
        value.refuse_part(Code::bad_expression, error->offset, error->length, error->message);
    }
}

void Switch::read(const Value& value, bool& out) {
    const auto text = value.literal(type);
    if (!text) return;
    const auto parsed = parse_flag(*text);
    if (const auto* error = std::get_if<ScalarError>(&parsed)) return refuse_scalar(value, Code::bad_boolean, *error);
    out = std::get<bool>(parsed);
}

void Count::read(const Value& value, int& out) {
    const auto text = value.literal(type);
    if (!text) return;
    const auto parsed = parse_count(*text);
    if (const auto* error = std::get_if<ScalarError>(&parsed)) return refuse_scalar(value, Code::bad_number, *error);
    out = std::get<int>(parsed);
}

template <int MinimumMilliseconds>
void Duration<MinimumMilliseconds>::read(const Value& value, std::chrono::milliseconds& out) {
    const auto text = value.scalar(type);
    if (!text) return;
    const auto parsed = parse_duration(*text, std::chrono::milliseconds(MinimumMilliseconds));
    if (const auto* error = std::get_if<ScalarError>(&parsed)) return refuse_scalar(value, Code::bad_duration, *error);
    out = std::get<std::chrono::milliseconds>(parsed);
}

template <int MinimumMilliseconds>
void Duration<MinimumMilliseconds>::write(std::chrono::milliseconds duration, DocumentBuilder& out) {
    const std::string text = duration_text(duration);
    if (text.ends_with("ms")) out.text(text);
    else out.literal(text);
}

template struct Duration<0>;
template struct Duration<1>;

void TextList::read(const Value& value, std::vector<std::string>& out) {
    read_list(value, type, "a text", [&](const Value& entry, std::string_view text, bool is_good) {
        if (is_good && text.empty()) entry.refuse(Code::empty, "is empty");
        out.emplace_back(text);
    });
}

void TextList::write(const std::vector<std::string>& list, DocumentBuilder& out) {
    out.begin_sequence({});
    for (const std::string& text : list) out.text(text);
    out.end();
}

void CommandList::read(const Value& value, std::vector<std::string>& out) {
    const bool is_list = (*value).kind == Node::Kind::sequence;
    if (value.is_nothing() || (is_list && value.document().end(value.node()) == value.node() + 1)) {
        return value.refuse(Code::empty, "is empty");
    }
    read_list(value, type, "a command", [&](const Value& entry, std::string_view text, bool is_good) {
        if (is_good && is_blank(text)) entry.refuse(Code::empty, "is empty");
        out.emplace_back(text);
    });
}

void WordList::read(const Value& value, std::vector<std::string>& out) {
    const bool is_list = (*value).kind == Node::Kind::sequence;
    if (value.is_nothing() || (is_list && value.document().end(value.node()) == value.node() + 1)) {
        return value.refuse(Code::empty, "is empty");
    }
    read_list(value, type, "a word", [&](const Value& entry, std::string_view text, bool is_good) {
        if (is_good && out.empty() && text.empty()) entry.refuse(Code::empty, "is empty, and is to be a program");
        if (is_good && text.find('\0') != std::string_view::npos) entry.refuse(Code::bad_text, "has a NUL byte, which no program can be given");
        if (is_good) check_expansions(entry, text);
        out.emplace_back(text);
    });
}

void Leftovers::read(const Value& value, LeftoverPolicy& out) {
    const auto text = value.text(type);
    if (!text) return;
    if (const auto policy = parse_leftover_policy(*text)) {
        out = *policy;
        return;
    }
    value.refuse(Code::bad_choice, "is not one of kill, keep, fail");
}

void ArtifactList::read(const Value& value, std::vector<std::string>& out) {
    read_list(value, type, "a pattern", [&](const Value& entry, std::string_view text, bool is_good) {
        out.emplace_back(text);
        if (is_good) check_pattern(entry, text);
    });
}

void OneOrManyPatterns::read(const Value& value, std::vector<std::string>& out) {
    if (!is_text(value.document(), value.node())) {
        if ((*value).kind == Node::Kind::sequence || value.is_nothing()) return ArtifactList::read(value, out);
        return value.refuse_kind(type);
    }
    const auto text = value.text(type);
    if (!text) return;
    out.emplace_back(*text);
    check_pattern(value, *text);
}

void OneOrManyTexts::read(const Value& value, std::vector<std::string>& out) {
    if (!is_text(value.document(), value.node())) {
        if ((*value).kind == Node::Kind::sequence || value.is_nothing()) return TextList::read(value, out);
        return value.refuse_kind(type);
    }
    const auto text = value.text(type);
    if (!text) return;
    if (text->empty()) value.refuse(Code::empty, "is empty");
    out.emplace_back(*text);
}

void VariableMap::read(const Value& value, Variables& out) { read_variables(value, out, false); }

void VariableMap::write(const Variables& variables, DocumentBuilder& out) {
    out.begin_mapping({});
    for (const auto& [name, text] : variables) {
        out.text(name);
        out.text(text);
    }
    out.end();
}

void ExpandedVariableMap::read(const Value& value, Variables& out) { read_variables(value, out, true); }

void VariableNameList::read(const Value& value, std::vector<std::string>& out) {
    read_list(value, type, "a name of a variable", [&](const Value& entry, std::string_view text, bool is_good) {
        if (!is_good) return;
        const Value named = value.member(entry.node(), text);
        if (!is_variable_name(text)) {
            return named.refuse(Code::bad_variable_name, "is no name of a variable", "letters, digits and underscores, the first one no digit");
        }
        if (text.size() > longest_name) return named.refuse(Code::bad_variable_name, "has a name longer than 128 bytes");
        if (std::find(out.begin(), out.end(), text) != out.end()) return named.refuse(Code::bad_secret, "is given twice");
        out.emplace_back(text);
    });
}

void InputMap::read(const Value& value, Variables& out) {
    constexpr std::size_t most_inputs = 25;
    read_variables(value, out, true, input_names);
    if (out.size() > most_inputs) value.refuse(Code::too_many, "has more than the 25 inputs that a workflow can take");
}

void TriggerList::read(const Value& value, std::vector<Trigger>& out) {
    const auto add = [&out](const Value& entry, std::string_view word) {
        const auto trigger = parse_trigger(word);
        if (!trigger) {
            const std::array<std::string, 4> words{"push", "pull_request", "manual", "schedule"};
            const auto near = did_you_mean(word, words);
            entry.refuse(Code::bad_trigger, "is no trigger",
                         near ? "did you mean '" + *near + "'?" : "triggers are: push, pull_request, manual, schedule");
        } else if (std::find(out.begin(), out.end(), *trigger) != out.end()) {
            entry.refuse(Code::bad_trigger, "is given twice");
        } else {
            out.push_back(*trigger);
        }
    };
    if ((*value).kind != Node::Kind::mapping) {
        return read_list(value, type, "a trigger", [&](const Value& entry, std::string_view text, bool is_good) {
            if (is_good) add(value.member(entry.node(), text), text);
        });
    }
    const Document& document = value.document();
    for (const auto& [key, node] : document.members(value.node())) {
        const std::string_view word = document.text(key);
        const bool is_empty = document[node].kind == Node::Kind::null ||
                              (document.is_collection(node) && document.end(node) == node + 1);
        const bool is_literal = !document.is_collection(node) && document[node].plain;
        const bool is_on = is_empty || (is_literal && document.text(node) == "true");
        const bool is_off = !is_empty && is_literal && document.text(node) == "false";
        if (!is_on && !is_off) {
            value.member(node, word)
                .refuse(Code::bad_trigger, "takes no settings yet", "write nothing after it, or true or false");
        } else if (is_on || !parse_trigger(word)) {
            add(value.member(key, word), word);
        }
    }
}

void TriggerList::write(const std::vector<Trigger>& triggers, DocumentBuilder& out) {
    out.begin_sequence({});
    for (const Trigger trigger : triggers) out.text(to_string(trigger));
    out.end();
}

}  // namespace kahn::config::fields
