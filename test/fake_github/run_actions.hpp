#pragma once

#include "fake_github/call.hpp"

namespace kahn::testing {

Response cancel(const Call& call, Run& run);
Response force_cancel(const Call& call, Run& run);

enum class Rerun { all = 1, failed, one_job };
/// Starts the next attempt. \param job  for Rerun::one_job
Response rerun(const Call& call, Run& run, Rerun what, std::int64_t job = 0);

/// Approves or rejects environments: `{"environment_ids", "state", "comment"}`.
Response review_deployments(const Call& call, Run& run);

}  // namespace kahn::testing
