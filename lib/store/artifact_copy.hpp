#pragma once

#include <kahn/model/pipeline.hpp>

#include <filesystem>
#include <span>
#include <vector>

namespace kahn::store {

/// Copies the recorded artifacts of a job into another run, each only if it still is what was recorded.
/// \param from           the `artifacts/` of the recorded run; the paths are relative to it, the first part is the job's own folder
/// \param to             the folder of the job in the other run
/// \param all_artifacts  the `artifacts/` of the other run: the paths that are returned are relative to it
/// \throws Error (workspace_unusable) for one that is gone or was changed, Error (write_failed)
std::vector<Artifact> copy_artifacts(const std::filesystem::path& from, std::span<const Artifact> artifacts,
                                     const std::filesystem::path& to, const std::filesystem::path& all_artifacts);

}  // namespace kahn::store
