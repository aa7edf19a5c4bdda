#pragma once

#include <array>
#include <string_view>

namespace kahn {

/// The variables that an engine sets for its jobs. They tell runs and attempts apart: two runs of one job differ in nothing else.
inline constexpr std::array<std::string_view, 8> own_variables{"CI",       "KAHN_RUN_ID",  "KAHN_PIPELINE",  "KAHN_STAGE",
                                                               "KAHN_JOB", "KAHN_ATTEMPT", "KAHN_WORKSPACE", "KAHN_OUTPUT"};

}  // namespace kahn
