#pragma once

#include <kahn/model/report.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kahn::monitor {

/// A run that is told of, piece by piece, by somebody who knows. Pure: time comes in.
class ManualRun {
public:
    ManualRun(std::string id, std::string_view pipeline, RunOrigin origin, SystemTime now);

    void stage_completed(PipelineStage stage, SystemTime now);
    void job_completed(std::string_view stage, PipelineJob job, SystemTime now);
    /// Ends it: statuses of stages that only jobs are known of, levels, the critical path.
    void finish(std::optional<PipelineStatus> status, SystemTime now);

    const RunRecord& record() const noexcept { return record_; }

private:
    PipelineStage& stage_named(std::string_view name);

    RunRecord record_;
};

}  // namespace kahn::monitor
