#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kahn {

/// Where a job stands in its pipeline.
struct JobReference {
    std::size_t stage = 0;
    std::size_t job = 0;

    friend bool operator==(const JobReference&, const JobReference&) = default;
};

/// Looks up the stages and jobs of a pipeline by name in constant time. Of two with one name the first counts.
///
/// \par Object lifetimes
/// Refers to the stages it was made from; they outlive it and do not change.
class NameIndex {
public:
    explicit NameIndex(const std::vector<PipelineStage>& stages);

    std::optional<std::size_t> stage(std::string_view name) const;
    std::optional<std::size_t> job(std::size_t stage, std::string_view name) const;

    /// What a job of stage `from` means by an entry of its dependencies: a job of its own stage, else `stage.job`. Names
    /// may hold dots themselves, so every split is tried; more than one result is an ambiguity.
    std::vector<JobReference> dependency(std::size_t from, std::string_view reference) const;
    /// Every job that `stage.job` can mean, whichever dot it is split at.
    std::vector<JobReference> qualified(std::string_view reference) const;
    /// What a person can mean by `job` or `stage.job`: each entry is one reading, of one job or of all that a matrix has made,
    /// which are called `job (value, ...)`. A job that is called just so goes before them.
    std::vector<std::vector<JobReference>> meanings(std::string_view reference) const;

private:
    std::vector<JobReference> variants(std::size_t stage, std::string_view plain_name) const;

    const std::vector<PipelineStage>& stages_;
    std::unordered_map<std::string_view, std::size_t> stage_of_;
    std::vector<std::unordered_map<std::string_view, std::size_t>> job_of_;
};

}  // namespace kahn
