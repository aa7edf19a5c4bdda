#pragma once

#include "base/unique_fd.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace kahn {

/// Finds the regular files below a directory that match globs (`**`, `{a,b}`), or lie in a directory that does, in small steps,
/// without recursion and without following a link.
class FileSearch {
public:
    struct Found {
        std::set<std::filesystem::path> files;    ///< relative
        std::set<std::filesystem::path> links;    ///< symbolic links: not to be followed
        std::set<std::filesystem::path> foreign;  ///< hard links to files of another user
        std::vector<std::string> unmatched;       ///< globs, as they were given, that nothing matched
    };

    /// \throws Error (invalid_config) for a glob that is absolute or climbs out, Error (write_failed) for a directory that cannot be
    ///         opened
    FileSearch(const std::filesystem::path& working_directory, std::span<const std::string> globs);

    /// Looks at some more entries. False: there are no more.
    bool step();
    /// What was found so far.
    Found& found() noexcept { return found_; }

    /// A file of what was found, opened for reading beneath the working directory. Invalid with errno set if it cannot be.
    UniqueFd open(const std::filesystem::path& relative) const;

private:
    struct Directory {
        UniqueFd fd;
        std::filesystem::path path;
        std::size_t depth;
        bool is_taken;  // the glob matched it or one above it: everything below counts
    };
    struct CloseDirectory {
        void operator()(DIR* directory) const noexcept { ::closedir(directory); }
    };

    void begin(const std::string& given);
    void end();
    void look_at(const std::string& name);

    UniqueFd root_;
    std::vector<std::string> globs_;
    std::size_t next_glob_ = 0;
    Found found_;

    // Of the glob that is being searched for:
    std::string glob_;
    std::size_t depth_limit_ = 0;
    bool is_searching_ = false;
    bool has_matched_ = false;
    std::vector<Directory> work_;
    Directory directory_{UniqueFd(), {}, 0, false};
    std::unique_ptr<DIR, CloseDirectory> entries_;
};

/// A hard link is a way to have a privileged kahn read what its maker may not.
bool is_another_users_link(const struct stat& status) noexcept;

}  // namespace kahn
