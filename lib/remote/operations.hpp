#pragma once

#include "remote/session.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace kahn::remote {

// The operations of Client, on its strand. They may throw `operation_aborted` from a wait.

boost::asio::awaitable<Result<Dispatched>> dispatch_workflow(SessionPtr session, Repository repository, DispatchRequest request);

boost::asio::awaitable<Result<WorkflowRun>> get_run(SessionPtr session, Repository repository, std::int64_t run_id, std::int64_t attempt);
boost::asio::awaitable<Result<WorkflowRuns>> list_runs(SessionPtr session, Repository repository, RunFilter filter);
boost::asio::awaitable<Result<std::vector<WorkflowJob>>> list_jobs(SessionPtr session, Repository repository, std::int64_t run_id,
                                                                   JobFilter filter);
boost::asio::awaitable<Result<std::vector<Artifact>>> list_artifacts(SessionPtr session, Repository repository, std::int64_t run_id);
boost::asio::awaitable<Result<std::vector<PendingDeployment>>> list_pending_deployments(SessionPtr session, Repository repository,
                                                                                        std::int64_t run_id);
boost::asio::awaitable<Result<std::vector<ConcurrencyPlace>>> list_concurrency(SessionPtr session, Repository repository,
                                                                               std::int64_t run_id);
boost::asio::awaitable<Result<RateLimitReport>> get_rate_limit(SessionPtr session);

/// \param verb  `cancel` or `force-cancel`
boost::asio::awaitable<Result<CancelOutcome>> cancel_run(SessionPtr session, Repository repository, std::int64_t run_id, std::string verb,
                                                         SteadyTime deadline = SteadyTime::max());
/// In cancellation.cpp: the first, the wait, and the second if the wait was in vain.
boost::asio::awaitable<Result<Cancelled>> cancel_to_the_end(SessionPtr session, Repository repository, std::int64_t run_id,
                                                            CancelOptions options);
boost::asio::awaitable<Result<std::int64_t>> rerun_run(SessionPtr session, Repository repository, std::int64_t run_id, RerunKind kind,
                                                       bool debug_logging);

/// Fetches the file that the server redirects to from `path`.
/// \param digest  `sha256:HEX` that it must have; empty: none is known
boost::asio::awaitable<Result<Download>> download(SessionPtr session, std::string path, std::filesystem::path file, std::string digest);

}  // namespace kahn::remote
