#include "render/critical_jobs.hpp"

namespace kahn::render {

CriticalJobs::CriticalJobs(const RunRecord& record) : path_(record.critical_path.begin(), record.critical_path.end()) {
    for (const PipelineStage& stage : record.pipeline.stages) {
        for (const PipelineJob& job : stage.jobs) ++uses_[job.name];
    }
}

bool CriticalJobs::contains(const PipelineStage& stage, const PipelineJob& job) const {
    if (path_.empty()) return false;
    const auto uses = uses_.find(job.name);
    if (uses != uses_.end() && uses->second == 1) return path_.contains(job.name);
    return path_.contains(stage.name + "." + job.name);
}

}  // namespace kahn::render
