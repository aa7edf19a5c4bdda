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
/// nothing outside is ever read or written. Directories are made 0700 and files 0600, whatever the umask says; what root makes in
/// the directory of somebody else is that user's, who could not go on otherwise.
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
    /// errno of the obstacle to writing anything in it, 0: there is none as far as rights say.
    int write_obstacle() const noexcept;

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
    /// The same but for the disk: no death of this process can take it, that of the machine can until sync() has returned.
    void replace(const std::filesystem::path& relative, std::string_view content) const;
    /// Returns when a file, and its name, are on the disk. \return errno, 0 for success
    int sync(const std::filesystem::path& relative) const;
    /// Removes temporary files of writers that were killed; those of living ones are left to them.
    void remove_leftovers(const std::filesystem::path& relative) const;
    /// No complaint if it is not there.
    void remove_file(const std::filesystem::path& relative) const;
    /// With everything below it; links are removed, not followed. What cannot be removed stays.
    void remove_tree(const std::filesystem::path& relative) const;
    /// What the regular files below occupy.
    std::uint64_t bytes_below(const std::filesystem::path& relative) const;
    /// The directories in it, sorted; the regular files.
    std::vector<std::string> directories(const std::filesystem::path& relative) const;
    std::vector<std::string> files(const std::filesystem::path& relative) const;

private:
    Folder(std::filesystem::path path, UniqueFd fd);

    std::vector<std::string> entries(const std::filesystem::path& relative, mode_t kind) const;
    void put_in_place(const std::filesystem::path& relative, std::string_view content, bool is_durable) const;

    std::filesystem::path path_;
    UniqueFd fd_;
    uid_t heir_ = 0;  // whose that is to be which root makes here; 0: root's
    gid_t heirs_group_ = 0;
};

}  // namespace kahn::store
