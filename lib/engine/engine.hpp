#pragma once

#include <kahn/base/log.hpp>
#include <kahn/engine/options.hpp>
#include <kahn/model/pipeline.hpp>

#include "engine/prepared_run.hpp"
#include "engine/run.hpp"
#include "engine/run_control.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <memory>

namespace kahn {

class LocalExecutor;

/// Runs pipelines. Holds what its runs share; a run that goes on after its engine keeps what it needs.
class Engine {
public:
    /// \param workspace absolute
    /// \throws Error (containment_unavailable)
    Engine(EngineOptions options, std::filesystem::path workspace, Logger logger);

    /// Ready to be started: the pipeline with a run id of its own, only what was selected, and its secrets known.
    /// \throws Error (unknown_stage, unknown_job)
    /// \throws ConfigError (invalid_config) for a secret without a value: see find_secrets()
    PreparedRun prepare(Pipeline pipeline, const RunOptions& options) const;

    /// Runs a prepared pipeline on a strand over `executor`, and returns on the caller's.
    /// \par Cancellation
    /// `terminal` is `control->cancel()`, as often as it comes.
    boost::asio::awaitable<Pipeline> run(boost::asio::any_io_executor executor, PreparedRun prepared, RunOptions options,
                                         std::shared_ptr<RunControl> control) const;

    ContainmentReport containment() const;
    unsigned max_workers() const { return resources_.slots->count(); }
    const PastDurations& past_durations() const { return resources_.past_durations; }
    /// Ends every job at once, blocking for at most `limit`.
    void kill_all(std::chrono::milliseconds limit) noexcept;

private:
    RunResources resources_;
    std::shared_ptr<LocalExecutor> local_;  // null if jobs run elsewhere
};

}  // namespace kahn
