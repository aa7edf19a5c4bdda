#pragma once

#include <kahn/model/run_record.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace kahn::render {

/// Which jobs of a run lie on its critical path, whose entries are `job`, or `stage.job` where the name alone is not unique.
///
/// \par Object lifetimes
/// Refers to the record.
class CriticalJobs {
public:
    explicit CriticalJobs(const RunRecord& record);

    bool contains(const PipelineStage& stage, const PipelineJob& job) const;

private:
    std::unordered_map<std::string_view, std::size_t> uses_;
    std::unordered_set<std::string_view> path_;
};

}  // namespace kahn::render
