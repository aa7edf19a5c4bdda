#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn {

/// Where a run came from: what an audit asks for.
struct RunOrigin {
    RunOrigin() = default;

    std::string parent;         ///< the run that this one continues; empty if it continues none
    std::string trace_id;       ///< of the W3C trace that it is part of; empty for what was recorded by hand or by an older kahn
    std::string config_digest;  ///< SHA-256 of the definition as save_pipeline_config() writes it in JSON
    std::string commit;         ///< of the working directory's git repository; empty if there is none
    std::string branch;         ///< the same
    std::string user;
    std::string host;
    std::string working_directory;
    std::string version;  ///< of kahn
    int pid = 0;          ///< of the engine

    // What was asked for beside the definition: what a rerun asks for again.
    Variables variables;                          ///< laid over the pipeline's own
    std::optional<std::string> condition_branch;  ///< given in place of git's
    std::vector<std::string> stages;              ///< selected; empty: all
    std::vector<std::string> jobs;                ///< selected; empty: all
};
static_assert(!std::is_aggregate_v<RunOrigin>);

/// One run as it is remembered: the pipeline with its results, and where it came from.
///
/// Of a run whose engine was killed it holds what was recorded until then; the status of what had not ended is `running`.
struct RunRecord {
    RunRecord() = default;

    Pipeline pipeline;  ///< with run id, times, statuses, attempts
    RunOrigin origin;
    unsigned max_workers = 0;
    std::size_t levels = 0;
    std::vector<std::string> critical_path;  ///< as event::RunFinished names it; empty until the end
    bool is_interrupted = false;             ///< it has not ended, and its engine is gone
};
static_assert(!std::is_aggregate_v<RunRecord>);

}  // namespace kahn
