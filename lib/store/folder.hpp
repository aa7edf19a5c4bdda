#pragma once

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::store {

/// A directory of the store. Everything below is opened beneath its descriptor: no `..`, no symbolic link on the way, so that
/// nothing outside is ever read or written. Directories are made 0700 and files 0600, whatever the umask says.
///
/// Paths are relative to it. Every failure is an Error (workspace_unusable for what cannot be opened or read, write_failed for
/// what cannot be written) with the path and the reason.
class Folder {
public:
    /// \param path is made, with all that is missing above, if it is not there
    static Folder make(const std::filesystem::path& path);
    /// Nothing if it is not there.
    static std::optional<Folder> find(const std::filesystem::path& path);

    const std::filesystem::path& path() const noexcept { return path_; }
    int fd() const noexcept { return fd_.get(); }

    /// A directory below; one that is there already is as good.
    void make_directory(const std::filesystem::path& relative) const;
    /// \pre a single directory
    Folder enter(const std::filesystem::path& relative) const;

    /// A descriptor, invalid with errno set if the file cannot be opened.
    UniqueFd try_open(const std::filesystem::path& relative, int flags) const noexcept;
    UniqueFd open(const std::filesystem::path& relative, int flags) const;
    bool has(const std::filesystem::path& relative) const noexcept;
    /// Nothing if there is no such file.
    std::optional<std::string> read(const std::filesystem::path& relative) const;
    /// Temporary file, fsync, rename, fsync of the directory: after any failure the old content is intact.
    void write_atomically(const std::filesystem::path& relative, std::string_view content) const;
    /// No complaint if it is not there.
    void remove_file(const std::filesystem::path& relative) const;
    /// With everything below it; links are removed, not followed. What cannot be removed stays.
    void remove_tree(const std::filesystem::path& relative) const;
    /// What the regular files below occupy.
    std::uint64_t bytes_below(const std::filesystem::path& relative) const;
    /// The directories in it, sorted.
    std::vector<std::string> directories(const std::filesystem::path& relative) const;

private:
    Folder(std::filesystem::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    std::filesystem::path path_;
    UniqueFd fd_;
};

/// Writes all of it at the end of what was opened. False, with errno set, for a failure.
bool write_all(int fd, std::string_view bytes) noexcept;

}  // namespace kahn::store
