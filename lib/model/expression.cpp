#include "model/expression.hpp"

#include "base/glob.hpp"
#include "base/text.hpp"
#include "model/name.hpp"

#include <algorithm>
#include <array>

namespace kahn {
namespace {

constexpr std::size_t max_text = 64 * 1024;
constexpr int max_depth = 64;

std::string in_quotes(std::string_view text) { return "'" + printable(text) + "'"; }

std::string_view value_of(const Variables* variables, const std::string& name) {
    if (variables == nullptr) return {};
    const auto found = variables->find(name);
    return found == variables->end() ? std::string_view{} : std::string_view(found->second);
}

bool is_true(std::string_view text) noexcept { return !text.empty() && text != "false"; }

}  // namespace

/// Recursive descent; binds from weak to strong: `||`, `&&`, comparison, `!`.
class ExpressionParser {
public:
    explicit ExpressionParser(std::string_view text) : text_(text) {}

    std::variant<Expression, ExpressionError> parse() {
        if (text_.size() > max_text) return ExpressionError{0, 1, "longer than 64 KiB"};
        try {
            skip_space();
            if (at_end()) {
                add(Kind::success);
                return std::move(result_);
            }
            const Index condition = parse_either();
            if (!at_end()) fail_at_unexpected();
            if (!result_.looks_at_status_) add(Kind::both, condition, add(Kind::success));
            return std::move(result_);
        } catch (const ExpressionError& error) {
            return error;
        }
    }

private:
    using Kind = Expression::Node::Kind;
    using Index = std::uint32_t;

    [[noreturn]] static void fail(std::size_t offset, std::size_t length, std::string message) {
        throw ExpressionError{offset, std::max<std::size_t>(1, length), std::move(message)};
    }

    bool at_end() const noexcept { return at_ == text_.size(); }
    std::string_view rest() const noexcept { return text_.substr(at_); }

    void skip_space() noexcept {
        const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
        at_ = next == std::string_view::npos ? text_.size() : next;
    }

    bool take(std::string_view token) noexcept {
        if (!rest().starts_with(token)) return false;
        at_ += token.size();
        skip_space();
        return true;
    }

    /// The word at this place, without moving; empty if there is none.
    std::string_view word() const noexcept {
        std::size_t length = 0;
        while (at_ + length < text_.size() && continues_name(text_[at_ + length])) ++length;
        return text_.substr(at_, length);
    }

    Index add(Kind kind, Index left = 0, Index right = 0, std::string text = {}) {
        Expression::Node node;
        node.kind = kind;
        node.left = left;
        node.right = right;
        node.text = std::move(text);
        result_.nodes_.push_back(std::move(node));
        return static_cast<Index>(result_.nodes_.size() - 1);
    }

    Index parse_either() {
        Index left = parse_both();
        while (take("||")) {
            const Index right = parse_both();
            left = add(Kind::either, left, right);
        }
        return left;
    }

    Index parse_both() {
        Index left = parse_comparison();
        while (take("&&")) {
            const Index right = parse_comparison();
            left = add(Kind::both, left, right);
        }
        return left;
    }

    Index parse_comparison() {
        const std::size_t left_at = at_;
        const Index left = parse_negation();
        const std::string_view operation = rest().substr(0, 2);
        const Kind kind = operation == "==" ? Kind::equal : operation == "!=" ? Kind::not_equal : Kind::matches;
        if (kind == Kind::matches && operation != "=~") return left;
        require_text(left, left_at, operation);
        take(operation);
        const std::size_t right_at = at_;
        const Index right = parse_negation();
        require_text(right, right_at, operation);
        return add(kind, left, right);
    }

    void require_text(Index node, std::size_t from, std::string_view operation) const {
        switch (result_.nodes_[node].kind) {
            case Kind::branch:
            case Kind::env:
            case Kind::variable:
            case Kind::literal: return;
            default: break;
        }
        std::size_t to = at_;
        while (to > from &&
               (text_[to - 1] == ' ' || text_[to - 1] == '\t' || text_[to - 1] == '\n' || text_[to - 1] == '\r'))
            --to;
        fail(from, to - from, in_quotes(operation) + " compares texts, and this is a condition");
    }

    Index parse_negation() {
        if (!rest().starts_with('!') || rest().starts_with("!=")) return parse_primary();
        const Deeper deeper(*this);
        take("!");
        return add(Kind::negation, parse_negation());
    }

    Index parse_primary() {
        if (at_end()) fail(at_, 1, "the expression ends where a condition should follow");
        if (rest().starts_with('(')) return parse_parentheses();
        if (rest().starts_with('\'') || rest().starts_with('"')) return parse_literal();
        if (starts_name(rest().front())) return parse_name();
        fail_at_unexpected();
    }

    Index parse_parentheses() {
        const Deeper deeper(*this);
        const std::size_t opened_at = at_;
        take("(");
        const Index inner = parse_either();
        if (at_end()) fail(opened_at, 1, "unclosed '('");
        if (!take(")")) fail_at_unexpected();
        return inner;
    }

    Index parse_literal() {
        const std::size_t opened_at = at_;
        const std::size_t closed_at = text_.find(text_[opened_at], opened_at + 1);
        if (closed_at == std::string_view::npos) fail(opened_at, 1, "the text is not closed");
        at_ = closed_at + 1;
        skip_space();
        return add(Kind::literal, 0, 0, std::string(text_.substr(opened_at + 1, closed_at - opened_at - 1)));
    }

    Index parse_name() {
        const std::size_t from = at_;
        const std::string_view name = word();
        at_ += name.size();
        if (name == "env" || name == "variables") return parse_member(from, name == "env" ? Kind::env : Kind::variable);
        const bool is_dotted = rest().starts_with('.');
        skip_space();
        const bool is_call = take("(");
        if (is_call && !is_dotted && status_function(name)) {
            if (!take(")")) fail(at_, 1, in_quotes(name) + " takes no arguments: expected ')'");
        }
        if (!is_dotted) {
            if (const std::optional<Kind> kind = status_function(name)) {
                result_.looks_at_status_ = true;
                if (*kind == Kind::always || *kind == Kind::cancelled) result_.survives_cancel_ = true;
                return add(*kind);
            }
            if (name == "branch" && !is_call) return add(Kind::branch);
            if (name == "branch") fail(from, name.size(), "'branch' is a text, not a function");
        }
        fail_at_unknown(from, name, is_call);
    }

    /// What follows `env` or `variables`.
    Index parse_member(std::size_t from, Kind kind) {
        const std::string_view object = text_.substr(from, at_ - from);
        if (!rest().starts_with('.'))
            fail(from, object.size(), in_quotes(object) + " needs a name: '" + std::string(object) + ".NAME'");
        ++at_;
        const std::string_view name = word();
        if (!is_variable_name(name)) fail(at_, name.size(), "expected a name after '" + std::string(object) + ".'");
        at_ += name.size();
        skip_space();
        return add(kind, 0, 0, std::string(name));
    }

    static std::optional<Kind> status_function(std::string_view name) noexcept {
        if (name == "success") return Kind::success;
        if (name == "failure") return Kind::failure;
        if (name == "always") return Kind::always;
        if (name == "cancelled") return Kind::cancelled;
        return std::nullopt;
    }

    [[noreturn]] static void fail_at_unknown(std::size_t from, std::string_view name, bool is_call) {
        static const std::array<std::string, 4> functions{"success()", "failure()", "always()", "cancelled()"};
        static const std::array<std::string, 7> names{"success", "failure", "always",   "cancelled",
                                                      "branch",  "env",     "variables"};
        const std::string written = std::string(name) + (is_call ? "()" : "");
        std::string message = std::string("unknown ") + (is_call ? "function " : "name ") + in_quotes(written);
        if (const auto near = is_call ? did_you_mean(written, functions) : did_you_mean(written, names)) {
            message += ", did you mean '" + *near + "'?";
        } else if (!is_call) {
            message += "; a text stands in quotes";
        }
        fail(from, name.size(), std::move(message));
    }

    [[noreturn]] void fail_at_unexpected() const {
        if (at_end()) fail(at_, 1, "the expression ends too early");
        static constexpr std::array<std::array<std::string_view, 2>, 6> slips{
            {{"=", "=="}, {"&", "&&"}, {"|", "||"}, {"and", "&&"}, {"or", "||"}, {"not", "!"}}};
        static constexpr std::array<std::string_view, 7> operators{"==", "!=", "=~", "&&", "||", "(", ")"};
        std::string_view found = word();
        for (const std::string_view operation : operators) {
            if (found.empty() && rest().starts_with(operation)) found = operation;
        }
        if (found.empty()) found = rest().substr(0, std::max<std::size_t>(1, utf8_sequence_length(rest())));
        std::string message = "unexpected " + in_quotes(found);
        for (const auto& [written, meant] : slips) {
            if (found == written) message += ", did you mean '" + std::string(meant) + "'?";
        }
        fail(at_, found.size(), std::move(message));
    }

    /// One level of nesting, for as long as it lives.
    class Deeper {
    public:
        explicit Deeper(ExpressionParser& parser) : parser_(parser) {
            if (parser.depth_ == max_depth)
                fail(parser.at_, 1, "nested deeper than " + std::to_string(max_depth) + " levels");
            ++parser.depth_;
        }
        ~Deeper() { --parser_.depth_; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;

    private:
        ExpressionParser& parser_;
    };

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    Expression result_;
};

std::variant<Expression, ExpressionError> Expression::parse(std::string_view text) {
    return ExpressionParser(text).parse();
}

bool Expression::evaluate(const ExpressionScope& scope) const {
    if (scope.was_cancelled && !survives_cancel_) return false;
    const auto text_of = [&](std::uint32_t index) -> std::string_view {
        const Node& node = nodes_[index];
        switch (node.kind) {
            case Node::Kind::branch: return scope.branch;
            case Node::Kind::env: return value_of(scope.environment, node.text);
            case Node::Kind::variable: return value_of(scope.variables, node.text);
            default: return node.text;
        }
    };
    // Children stand before their parents, so one pass does, whatever the depth.
    std::vector<bool> holds(nodes_.size());
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
        const Node& node = nodes_[i];
        switch (node.kind) {
            case Node::Kind::success: holds[i] = scope.upstream_ok && !scope.was_cancelled; break;
            case Node::Kind::failure: holds[i] = scope.any_failed; break;
            case Node::Kind::always: holds[i] = true; break;
            case Node::Kind::cancelled: holds[i] = scope.was_cancelled; break;
            case Node::Kind::branch:
            case Node::Kind::env:
            case Node::Kind::variable:
            case Node::Kind::literal: holds[i] = is_true(text_of(i)); break;
            case Node::Kind::equal: holds[i] = text_of(node.left) == text_of(node.right); break;
            case Node::Kind::not_equal: holds[i] = text_of(node.left) != text_of(node.right); break;
            case Node::Kind::matches:
                holds[i] = glob_match(text_of(node.right), text_of(node.left), GlobKind::text);
                break;
            case Node::Kind::both: holds[i] = holds[node.left] && holds[node.right]; break;
            case Node::Kind::either: holds[i] = holds[node.left] || holds[node.right]; break;
            case Node::Kind::negation: holds[i] = !holds[node.left]; break;
        }
    }
    return holds.back();
}

}  // namespace kahn
