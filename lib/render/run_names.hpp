#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kahn::render {

/// What a run's jobs are called where there is room for one word: their own name if no other job has it, else `stage.job`.
/// Printable.
///
/// \par Object lifetimes
/// Refers to the names in the pipeline.
class RunNames {
public:
    RunNames() = default;
    explicit RunNames(const Pipeline& run);

    std::string of(const PipelineStage& stage, const PipelineJob& job) const;

private:
    std::unordered_map<std::string_view, std::size_t> uses_;
};

}  // namespace kahn::render
