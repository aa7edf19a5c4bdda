#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace kahn::render {

/// A run that has ended in Markdown, for the page of a workflow on GitHub (`$GITHUB_STEP_SUMMARY`): what it came to, a row a job with
/// the failed ones first, and the last lines of each failed one. What does not fit into `bytes` is left out, and that is said.
/// \param base paths below it are shown relative to it
/// \return nothing if not even the headline fits
std::string github_summary(const Pipeline& run, const std::vector<std::string>& critical_path, const std::filesystem::path& base, std::size_t bytes);

}  // namespace kahn::render
