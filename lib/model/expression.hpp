#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kahn {

/// What a condition can look at.
struct ExpressionScope {
    ExpressionScope() = default;

    bool any_failed = false;     ///< an ancestor failed and was not allowed to
    bool was_cancelled = false;  ///< the run was cancelled
    bool upstream_ok = true;     ///< what success() says: nothing that this directly depends on blocks it
    std::string branch;
    const Variables* environment = nullptr;  ///< for `env.NAME`; not owned; nothing: every name is empty
    const Variables* variables = nullptr;    ///< for `variables.NAME`; likewise
};
static_assert(!std::is_aggregate_v<ExpressionScope>);

/// Where and why a text is no expression.
struct ExpressionError {
    std::size_t offset = 0;  ///< in bytes from the start of the text
    std::size_t length = 1;
    std::string message;
};

/// A `custom` condition, parsed: `success() failure() always() cancelled()`, `branch`, `env.NAME`, `variables.NAME`,
/// string literals, `== != =~`, `&& || !`, parentheses.
///
/// A text that stands for itself holds if it is neither empty nor `false`. Without a status function, `success()` is
/// implied. In a cancelled run nothing holds that does not name `always()` or `cancelled()`. Depth is limited to 64, text
/// to 64 KiB; parsing and evaluation are linear in the text but for `=~`, which is pattern x text.
class Expression {
public:
    /// An empty text is `success()`.
    static std::variant<Expression, ExpressionError> parse(std::string_view text);

    bool evaluate(const ExpressionScope& scope) const;

    /// Whether it names a status function: then it has to be asked even if something above failed.
    bool looks_at_status() const noexcept { return looks_at_status_; }
    /// Whether it can hold in a run that was cancelled: it names `always()` or `cancelled()`.
    bool survives_cancel() const noexcept { return survives_cancel_; }

    /// Its parts, for who says it in another language. Children stand before their parents; the last one is the root.
    struct Node {
        enum class Kind : std::uint8_t {
            success, failure, always, cancelled,   // status functions
            branch, env, variable, literal,        // texts
            equal, not_equal, matches,             // of two texts
            both, either, negation,
        };
        Kind kind = Kind::success;
        std::uint32_t left = 0;
        std::uint32_t right = 0;
        std::string text;
    };
    const std::vector<Node>& nodes() const noexcept { return nodes_; }

private:
    friend class ExpressionParser;

    std::vector<Node> nodes_;
    bool looks_at_status_ = false;
    bool survives_cancel_ = false;
};

}  // namespace kahn
