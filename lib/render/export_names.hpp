#pragma once

#include <kahn/model/pipeline.hpp>

#include "model/name_index.hpp"

#include <string>
#include <vector>

namespace kahn::render {

/// What the jobs of a pipeline are called where names are short and plain: `[a-z_][a-z0-9_-]*`, at most 100 characters.
///
/// `STAGE-JOB`, so that no word that means something there can come out. Jobs that would share an id get a digest of their names
/// behind it; so an id depends on nothing but the names, not on the order of the file.
class ExportNames {
public:
    explicit ExportNames(const std::vector<PipelineStage>& stages);

    const std::string& job(std::size_t stage, std::size_t job) const { return ids_[stage][job]; }
    const std::string& job(JobReference place) const { return ids_[place.stage][place.job]; }
    const std::string& stage(std::size_t stage) const { return stage_ids_[stage]; }

private:
    std::vector<std::vector<std::string>> ids_;
    std::vector<std::string> stage_ids_;
};

}  // namespace kahn::render
