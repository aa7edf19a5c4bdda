#include "render/export_condition.hpp"

#include "base/glob.hpp"
#include "model/expansion.hpp"
#include "model/expression.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace kahn::render {
namespace {

using Kind = ExportCondition::Kind;

ExportCondition combine(Kind kind, std::vector<ExportCondition> parts) {
    const bool neutral = kind == Kind::all;
    ExportCondition out;
    out.kind = kind;
    for (ExportCondition& part : parts) {
        if (part.is(neutral)) continue;
        if (part.is(!neutral)) return ExportCondition(!neutral);
        if (part.kind == kind) {
            std::move(part.parts.begin(), part.parts.end(), std::back_inserter(out.parts));
        } else {
            out.parts.push_back(std::move(part));
        }
    }
    if (out.parts.empty()) return ExportCondition(neutral);
    return out.parts.size() == 1 ? ExportCondition(std::move(out.parts.front())) : out;
}

/// A text of an expression: known already, or the name of what it will be.
struct Operand {
    bool is_known = false;
    std::string text;
};

/// Nobody can tell before a run.
struct Unknowable {};

class Folder {
public:
    Folder(const Pipeline& pipeline, const PipelineStage& stage) : pipeline_(pipeline), stage_(stage) {}

    ExportCondition condition(const Expression& expression) const {
        return fold(expression, static_cast<std::uint32_t>(expression.nodes().size() - 1), false);
    }

    Operand environment(const std::string& name) const {
        const auto own = stage_.environment.find(name);
        if (own == stage_.environment.end()) return variable(name, true);
        bool has_unknown = false;
        const auto look_up = [&](std::string_view wanted) -> std::optional<std::string_view> {
            const auto found = pipeline_.variables.find(wanted);
            has_unknown = has_unknown || found == pipeline_.variables.end() || is_secret(wanted);
            return found == pipeline_.variables.end() ? std::string_view() : std::string_view(found->second);
        };
        auto expanded = expand(own->second, look_up);
        if (has_unknown || std::holds_alternative<ExpansionError>(expanded)) throw Unknowable();
        return {true, std::get<std::string>(std::move(expanded))};
    }

    static ExportCondition leaf(Kind kind, const Operand& subject, std::string text, bool is_negated) {
        if (subject.is_known) {
            const bool holds = kind == Kind::equals    ? subject.text == text
                               : kind == Kind::matches ? glob_match(text, subject.text, GlobKind::text)
                                                       : !subject.text.empty() && subject.text != "false";
            return ExportCondition(holds != is_negated);
        }
        ExportCondition out;
        out.kind = kind;
        out.is_negated = is_negated;
        out.subject = subject.text;
        out.text = std::move(text);
        return out;
    }

private:
    using Node = Expression::Node;

    bool is_secret(std::string_view name) const {
        return std::find(pipeline_.secrets.begin(), pipeline_.secrets.end(), name) != pipeline_.secrets.end();
    }

    /// \param host_counts whether one that the file does not name comes from outside, or is empty
    Operand variable(const std::string& name, bool host_counts) const {
        if (is_secret(name)) return {false, name};
        const auto found = pipeline_.variables.find(name);
        if (found != pipeline_.variables.end()) return {true, found->second};
        return host_counts ? Operand{false, name} : Operand{true, ""};
    }

    Operand operand(const Node& node) const {
        switch (node.kind) {
            case Node::Kind::branch: return {false, ""};
            case Node::Kind::env: return environment(node.text);
            case Node::Kind::variable: return variable(node.text, false);
            default: return {true, node.text};
        }
    }

    ExportCondition compare(Kind kind, const Operand& left, const Operand& right, bool is_negated) const {
        if (right.is_known) return leaf(kind, left, right.text, is_negated);
        if (kind == Kind::matches) throw Unknowable();  // the pattern is known only there
        if (left.is_known) return leaf(kind, right, left.text, is_negated);
        return leaf(Kind::same, left, right.text, is_negated);
    }

    // As deep as the parser lets an expression be.
    ExportCondition fold(const Expression& expression, std::uint32_t index, bool is_negated) const {
        const Node& node = expression.nodes()[index];
        const auto status = [is_negated](Kind kind) {
            ExportCondition out;
            out.kind = kind;
            out.is_negated = is_negated;
            return out;
        };
        const auto text_of = [&](std::uint32_t child) { return operand(expression.nodes()[child]); };
        switch (node.kind) {
            case Node::Kind::success: return status(Kind::success);
            case Node::Kind::failure: return status(Kind::failure);
            case Node::Kind::always: return is_negated ? ExportCondition(false) : status(Kind::always);
            case Node::Kind::cancelled: return status(Kind::cancelled);
            case Node::Kind::branch:
            case Node::Kind::env:
            case Node::Kind::variable:
            case Node::Kind::literal: return leaf(Kind::is_set, operand(node), {}, is_negated);
            case Node::Kind::equal: return compare(Kind::equals, text_of(node.left), text_of(node.right), is_negated);
            case Node::Kind::not_equal: return compare(Kind::equals, text_of(node.left), text_of(node.right), !is_negated);
            case Node::Kind::matches: return compare(Kind::matches, text_of(node.left), text_of(node.right), is_negated);
            case Node::Kind::negation: return fold(expression, node.left, !is_negated);
            case Node::Kind::both:
            case Node::Kind::either: break;
        }
        const bool is_all = (node.kind == Node::Kind::both) != is_negated;
        std::vector<ExportCondition> parts{fold(expression, node.left, is_negated), fold(expression, node.right, is_negated)};
        return combine(is_all ? Kind::all : Kind::any, std::move(parts));
    }

    const Pipeline& pipeline_;
    const PipelineStage& stage_;
};

}  // namespace

ExportCondition all_of(std::vector<ExportCondition> parts) { return combine(Kind::all, std::move(parts)); }
ExportCondition any_of(std::vector<ExportCondition> parts) { return combine(Kind::any, std::move(parts)); }

std::optional<ExportCondition> export_condition(const Pipeline& pipeline, const PipelineStage& stage) {
    const Folder folder(pipeline, stage);
    const auto parsed = Expression::parse(stage.conditions.custom);
    const auto* const expression = std::get_if<Expression>(&parsed);
    if (!expression) return std::nullopt;
    try {
        std::vector<ExportCondition> parts;
        std::vector<ExportCondition> branches;
        for (const std::string& pattern : stage.conditions.branch) {
            const bool is_literal = pattern.find_first_of("*?[{\\") == std::string::npos;
            branches.push_back(Folder::leaf(is_literal ? Kind::equals : Kind::matches, {false, ""}, pattern, false));
        }
        if (!branches.empty()) parts.push_back(any_of(std::move(branches)));
        for (const auto& [name, value] : stage.conditions.environment) {
            parts.push_back(Folder::leaf(Kind::equals, folder.environment(name), value, false));
        }
        parts.push_back(folder.condition(*expression));
        return all_of(std::move(parts));
    } catch (const Unknowable&) {
        return std::nullopt;
    }
}

ExportCondition assuming(const ExportCondition& condition, bool success, bool failure) {
    std::vector<ExportCondition> parts;
    switch (condition.kind) {
        case Kind::success: return ExportCondition(success != condition.is_negated);
        case Kind::failure: return ExportCondition(failure != condition.is_negated);
        case Kind::always: return ExportCondition(true);
        case Kind::cancelled: return ExportCondition(condition.is_negated);
        case Kind::all:
        case Kind::any:
            for (const ExportCondition& part : condition.parts) parts.push_back(assuming(part, success, failure));
            return combine(condition.kind, std::move(parts));
        default: return condition;
    }
}

bool asks_for(const ExportCondition& condition, ExportCondition::Kind kind) {
    return condition.kind == kind ||
           std::any_of(condition.parts.begin(), condition.parts.end(), [kind](const ExportCondition& part) { return asks_for(part, kind); });
}

}  // namespace kahn::render
