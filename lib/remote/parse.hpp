#pragma once

#include <kahn/remote/types.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace kahn::remote {

/// Each reads one of GitHub's answers; nothing if the text is not that. Unknown members are passed over, optional ones may be
/// missing or null.
std::optional<WorkflowRun> parse_run(std::string_view body);
std::optional<WorkflowRuns> parse_runs(std::string_view body);
std::optional<std::vector<WorkflowJob>> parse_jobs(std::string_view body);
std::optional<std::vector<Artifact>> parse_artifacts(std::string_view body);
std::optional<std::vector<PendingDeployment>> parse_pending_deployments(std::string_view body);
/// Of one run only.
std::optional<std::vector<ConcurrencyPlace>> parse_concurrency(std::string_view body, std::int64_t run_id);
std::optional<RateLimitReport> parse_rate_limit(std::string_view body);
std::optional<std::string> parse_default_branch(std::string_view body);
/// Of an enterprise server: `3.19.2`.
std::optional<std::string> parse_installed_version(std::string_view body);
std::optional<std::vector<std::string>> parse_versions(std::string_view body);
/// The id and addresses of a started run; nothing unless there is an id above 0.
std::optional<Dispatched> parse_dispatched(std::string_view body);

}  // namespace kahn::remote
