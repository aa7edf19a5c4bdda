#include "engine/conditions.hpp"

#include "base/glob.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace kahn {

Verdict check_conditions(const StageConditions& conditions, const Expression& custom, const ExpressionScope& scope) {
    const auto matches = [&](const std::string& pattern) { return glob_match(pattern, scope.branch, GlobKind::text); };
    if (!conditions.branch.empty() && std::none_of(conditions.branch.begin(), conditions.branch.end(), matches)) {
        const std::string actual = scope.branch.empty() ? "there is no branch" : "branch is '" + scope.branch + "'";
        return {false, actual + ", needs '" + join(conditions.branch, "' or '") + "'"};
    }
    for (const auto& [name, wanted] : conditions.environment) {
        const auto* environment = scope.environment;
        const auto found = environment ? environment->find(name) : Variables::const_iterator{};
        if (!environment || found == environment->end()) return {false, name + " is not set, needs '" + wanted + "'"};
        if (found->second != wanted) return {false, name + " is '" + found->second + "', needs '" + wanted + "'"};
    }
    if (!custom.evaluate(scope)) {
        return {false, conditions.custom.empty() ? "success() does not hold" : conditions.custom + " does not hold"};
    }
    return {};
}

}  // namespace kahn
