#pragma once

#include <kahn/model/pipeline.hpp>

#include "base/sha256.hpp"
#include "base/unique_fd.hpp"
#include "engine/file_search.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace kahn {

/// What collecting a job's artifacts came to.
struct CollectedArtifacts {
    std::vector<Artifact> files;               ///< by paths relative to the working directory, sorted, each once
    std::vector<std::string> warnings;         ///< a glob without a match, a file that was refused
};

/// Copies every regular file below `working_directory` that matches one of the globs (`**`, `{a,b}`), or lies in a directory that
/// does, to the same relative path below `target`, in steps that take a millisecond or two. Symbolic links, and whatever lies behind
/// one, are refused, and hard links to files of another user: nothing outside the working directory is read. Size and digest are of
/// the copy that was made.
class ArtifactCollection {
public:
    /// \throws Error as FileSearch does
    ArtifactCollection(const std::filesystem::path& working_directory, std::span<const std::string> globs, std::filesystem::path target);

    /// False: all is done. \throws Error (write_failed) for a copy that failed
    bool step();
    /// What was collected. \pre step() returned false
    CollectedArtifacts take() { return std::move(collected_); }

private:
    struct Copying {
        std::filesystem::path file;
        UniqueFd from;
        UniqueFd to;
        Sha256 digest;
        std::uint64_t bytes = 0;
    };

    void note_refused();
    void begin_copy(std::filesystem::path file);
    void copy_some();

    FileSearch search_;
    std::filesystem::path target_;
    CollectedArtifacts collected_;
    bool is_searching_ = true;
    std::set<std::filesystem::path>::const_iterator next_;
    std::optional<Copying> copying_;
    std::vector<char> buffer_;
};

/// All of it at once.
CollectedArtifacts collect_artifacts(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                                     const std::filesystem::path& target);

}  // namespace kahn
