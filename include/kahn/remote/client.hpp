#pragma once

#include <kahn/remote/failure.hpp>
#include <kahn/remote/options.hpp>
#include <kahn/remote/types.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kahn::remote {

/// GitHub Actions, typed: every operation asks the server and comes back with a value or a RemoteFailure, and never throws.
///
/// Limits, retries, conditional requests and kept connections are shared by all operations of a client.
/// \par Cancellation
/// `terminal`, for all operations: ends within moments with ErrorKind::cancelled. A dispatch that may have arrived ends with
/// ErrorKind::outcome_unknown instead.
/// \par Thread safety
/// Operations may be started from any thread; the client runs on a strand of its own over its executor, and an operation comes
/// back on the executor of whoever awaits it.
/// \par Object lifetimes
/// An operation owns what it needs. Kept connections belong to the client: it goes before its execution context.
class Client {
public:
    /// \throws Error (invalid_argument) if the options make no sense: no URL, a token that is none, http where it is not allowed
    Client(boost::asio::any_io_executor executor, RemoteOptions options = RemoteOptions());
    ~Client();
    Client(const Client&) = default;
    Client& operator=(const Client&) = default;

    /// Another client of the same server, for another context; they share limits and what is remembered of answers.
    Client on(boost::asio::any_io_executor executor) const;

    /// `https://api.github.com`
    std::string base_url() const;
    SteadyTime now() const;

    /// Starts a workflow at most once: after a request that may have arrived there is never a second one. What came of it is
    /// looked for, and if that cannot be found out, the failure says so: ErrorKind::outcome_unknown.
    boost::asio::awaitable<Result<Dispatched>> dispatch(Repository repository, DispatchRequest request);

    boost::asio::awaitable<Result<WorkflowRun>> run(Repository repository, std::int64_t run_id);
    /// An earlier attempt of a run.
    boost::asio::awaitable<Result<WorkflowRun>> run_attempt(Repository repository, std::int64_t run_id, std::int64_t attempt);
    /// The newest first; pages are fetched until there are as many as wanted.
    boost::asio::awaitable<Result<WorkflowRuns>> runs(Repository repository, RunFilter filter = RunFilter());
    /// Returns when the attempt has ended, or at the deadline. Watchers of one repository share their requests.
    boost::asio::awaitable<Result<Watched>> watch(Repository repository, std::int64_t run_id, WatchOptions options = WatchOptions());

    /// \param deadline on the client's clock; at the latest after RemoteOptions::operation_timeout
    boost::asio::awaitable<Result<CancelOutcome>> cancel(Repository repository, std::int64_t run_id, SteadyTime deadline = SteadyTime::max());
    /// Ends it even if its steps resist; only for a run that cancel() did not end.
    boost::asio::awaitable<Result<CancelOutcome>> force_cancel(Repository repository, std::int64_t run_id);
    /// Cancels, waits for the run's end, and forces it if it does not come. A run that had ended before is no failure.
    boost::asio::awaitable<Result<Cancelled>> cancel_and_wait(Repository repository, std::int64_t run_id,
                                                              CancelOptions options = CancelOptions());
    /// \return the number of the new attempt
    boost::asio::awaitable<Result<std::int64_t>> rerun(Repository repository, std::int64_t run_id, RerunKind kind = RerunKind::all_jobs,
                                                       bool debug_logging = false);

    boost::asio::awaitable<Result<std::vector<WorkflowJob>>> jobs(Repository repository, std::int64_t run_id,
                                                                  JobFilter filter = JobFilter::latest);
    boost::asio::awaitable<Result<std::vector<Artifact>>> artifacts(Repository repository, std::int64_t run_id);
    boost::asio::awaitable<Result<std::vector<PendingDeployment>>> pending_deployments(Repository repository, std::int64_t run_id);
    /// Where the run stands in its queues. Not on enterprise servers: ErrorKind::not_found.
    boost::asio::awaitable<Result<std::vector<ConcurrencyPlace>>> concurrency(Repository repository, std::int64_t run_id);
    boost::asio::awaitable<Result<RateLimitReport>> rate_limit();

    /// Each writes one file, which appears under its name only when it is whole. It must not exist.
    boost::asio::awaitable<Result<Download>> download_job_log(Repository repository, std::int64_t job_id, std::filesystem::path file);
    /// A zip archive.
    boost::asio::awaitable<Result<Download>> download_run_logs(Repository repository, std::int64_t run_id, std::filesystem::path file);
    /// A zip archive; checked against the digest that the server has promised, if it has.
    boost::asio::awaitable<Result<Download>> download_artifact(Repository repository, Artifact artifact, std::filesystem::path file);

    /// Closes the connections that are kept for later requests.
    void close_idle();

private:
    struct Impl;
    explicit Client(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

/// Unpacks an archive that was downloaded. Names that leave the directory, links and bombs are refused; nothing is overwritten.
/// \return the files
/// \throws Error (invalid_argument, write_failed)
std::vector<std::filesystem::path> unpack_zip(const std::filesystem::path& archive, const std::filesystem::path& directory);

}  // namespace kahn::remote
