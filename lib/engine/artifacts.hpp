#pragma once

#include <kahn/model/pipeline.hpp>

#include "base/unique_fd.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
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
/// does, to the same relative path below `target`. Symbolic links, and whatever lies behind one, are
/// refused, and hard links to files of another user: nothing outside the working directory is read. Size and digest are of the copy that was made.
/// \throws Error (invalid_config) for a glob that is absolute or climbs out, Error (write_failed) for a copy that failed
CollectedArtifacts collect_artifacts(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                                     const std::filesystem::path& target);

/// A file that matched, opened for reading beneath the working directory.
struct MatchedFile {
    std::filesystem::path path;  ///< relative
    UniqueFd fd;                 ///< invalid: it could not be opened
};

/// Opens every file that collect_artifacts() would copy, one at a time, and hands it to `each`; what would be refused is handed
/// over unopened. \return how many there were
/// \throws Error as collect_artifacts() does
std::size_t open_matching_files(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                                const std::function<void(MatchedFile)>& each);

}  // namespace kahn
