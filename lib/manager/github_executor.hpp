#pragma once

#include <kahn/base/log.hpp>
#include <kahn/engine/executor.hpp>
#include <kahn/process/options.hpp>
#include <kahn/remote/options.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <type_traits>

namespace kahn {

struct GithubExecutorOptions {
    GithubExecutorOptions() = default;

    /// The server and who asks. Read when the first job wants it; its environment is then that of the run.
    remote::RemoteOptions remote;
    std::optional<boost::asio::any_io_executor> place;  ///< where requests are made; nothing: on each run's own loop
    ProcessOptions process;  ///< the grace and the limits of logs are the same as those of commands
    Logger logger;
};
static_assert(!std::is_aggregate_v<GithubExecutorOptions>);

/// Runs `github` jobs: each attempt starts its workflow at most once, and follows that run's first attempt to its end.
///
/// Nothing is read, made or asked before the first such job. All jobs share one client a loop, and so their requests.
///
/// Told to end, an attempt asks GitHub to cancel the run and waits for its end, for at most the grace; told a second time, it waits no
/// longer, but for the answer to that request: a run that nobody told to end would go on. kill_all() asks nobody: what goes on there is
/// said in the log.
std::shared_ptr<Executor> make_github_executor(GithubExecutorOptions options);

}  // namespace kahn
