#pragma once

#include <kahn/model/pipeline.hpp>

#include "store/folder.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace kahn::store {

/// Copies the recorded artifacts of a job into another run, each only if it still is what was recorded, in steps that take a
/// millisecond or two. What was copied is removed again unless all of it was.
class ArtifactCopy {
public:
    /// \param from           the `artifacts/` of the recorded run; the paths are relative to it, the first part is the job's own folder
    /// \param to             the folder of the job in the other run
    /// \param all_artifacts  the `artifacts/` of the other run: the paths of the copies are relative to it
    ArtifactCopy(std::filesystem::path from, std::vector<Artifact> artifacts, std::filesystem::path to, std::filesystem::path all_artifacts);
    ~ArtifactCopy();
    ArtifactCopy(const ArtifactCopy&) = delete;
    ArtifactCopy& operator=(const ArtifactCopy&) = delete;

    /// False: all is done. \throws Error (workspace_unusable) for one that is gone or was changed, Error (write_failed)
    bool step();
    /// The copies. \pre step() returned false
    std::vector<Artifact> take();

private:
    struct Copying;
    void begin();
    void copy_some();

    std::filesystem::path from_;
    std::vector<Artifact> artifacts_;
    std::filesystem::path to_;
    std::filesystem::path all_artifacts_;
    std::optional<Folder> source_;
    std::optional<Folder> target_;
    std::unique_ptr<Copying> copying_;
    std::size_t next_ = 0;
    std::vector<Artifact> copied_;
    bool is_kept_ = false;
};

}  // namespace kahn::store
