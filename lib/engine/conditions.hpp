#pragma once

#include <kahn/model/pipeline.hpp>

#include "model/expression.hpp"

#include <string>

namespace kahn {

/// Whether a stage's conditions hold, and if not, which one does not.
struct Verdict {
    bool holds = true;
    std::string why;  ///< `branch is 'feature/x', needs 'main'`
};

/// `branch`, `environment` and `custom` together. \param custom the stage's expression, parsed
Verdict check_conditions(const StageConditions& conditions, const Expression& custom, const ExpressionScope& scope);

}  // namespace kahn
