#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace kahn {

/// The places of one run below the workspace: `.kahn/runs/ID/{logs,artifacts,outputs}`.
class RunFiles {
public:
    /// \param workspace absolute
    RunFiles(const std::filesystem::path& workspace, const Pipeline& run);

    /// Makes the directories, for the user only. \throws Error (workspace_unusable) with the path and the reason.
    void create() const;

    const std::filesystem::path& directory() const noexcept { return directory_; }
    std::filesystem::path log(std::size_t stage, std::size_t job, int attempt) const;
    /// Where an attempt may write its outputs. Made by the attempt, gone once it was read.
    std::filesystem::path output(std::size_t stage, std::size_t job, int attempt) const;
    /// Of one job, so that two jobs' files of one name do not meet.
    std::filesystem::path artifacts(std::size_t stage, std::size_t job) const;
    std::filesystem::path all_artifacts() const { return directory_ / "artifacts"; }

private:
    std::filesystem::path directory_;
    std::vector<std::vector<std::string>> slugs_;  // `stage.job`, unique in the run
};

}  // namespace kahn
