#include "engine/artifacts.hpp"

#include <kahn/base/error.hpp>

#include "base/glob.hpp"
#include "base/sha256.hpp"
#include "base/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

namespace kahn {
namespace {

constexpr std::size_t copy_buffer_bytes = 256 * 1024;
constexpr std::size_t deepest = 128;  // directories; a tree that is deeper is not searched further
constexpr std::string_view workspace_folder = ".kahn";  // what kahn keeps itself is nobody's artifact

bool climbs_out(const std::filesystem::path& glob) {
    if (glob.is_absolute() || glob.native().find('\0') != std::string::npos) return true;  // a NUL would end it early
    for (const auto& part : glob) {
        if (part == "..") return true;
    }
    return false;
}

/// The directories that a glob names before its first pattern: only what lies below them is searched.
std::filesystem::path literal_prefix(const std::filesystem::path& glob) {
    std::filesystem::path prefix;
    for (const auto& part : glob.parent_path()) {
        if (part.native().find_first_of("*?[{\\") != std::string::npos) break;
        prefix /= part;
    }
    return prefix;
}

/// Opens a path below `root` one directory at a time, following no link on the way.
UniqueFd open_beneath(int root, const std::filesystem::path& relative) {
    UniqueFd at(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (const auto& part : relative) {
        if (!at || part.empty() || part == ".") continue;
        at = UniqueFd(::openat(at.get(), part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    return at;
}

struct Found {
    std::set<std::filesystem::path> files;
    std::set<std::filesystem::path> links;
    std::set<std::filesystem::path> foreign;
};

/// A hard link is a way to have a privileged kahn read what its maker may not.
bool is_another_users_link(const struct stat& status) { return status.st_nlink > 1 && status.st_uid != ::geteuid(); }

/// Walks a tree without recursion and without following links.
void search(int root, const std::string& glob, Found& found) {
    struct Directory {
        UniqueFd fd;
        std::filesystem::path path;
        std::size_t depth;
        bool is_taken;  // the glob matched it or one above it: everything below counts
    };
    const bool is_deep = glob.find("**") != std::string::npos || glob.find('{') != std::string::npos;
    const auto prefix = literal_prefix(glob);
    const auto pattern_path = std::filesystem::path(glob);
    const auto depth_limit =
        is_deep ? deepest : static_cast<std::size_t>(std::distance(pattern_path.begin(), pattern_path.end()));

    std::vector<Directory> work;
    const auto prefix_depth = static_cast<std::size_t>(std::distance(prefix.begin(), prefix.end()));
    work.push_back({open_beneath(root, prefix), prefix, prefix_depth, false});
    while (!work.empty()) {
        Directory directory = std::move(work.back());
        work.pop_back();
        if (!directory.fd) continue;
        const int readable = ::openat(directory.fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (readable < 0) continue;
        const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(readable), &::closedir);
        if (!entries) {
            ::close(readable);
            continue;
        }
        while (const dirent* entry = ::readdir(entries.get())) {
            const std::string name = entry->d_name;
            if (name == "." || name == ".." || name == workspace_folder) continue;
            const auto path = directory.path / name;
            struct stat status {};
            if (::fstatat(directory.fd.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
            const bool is_taken = directory.is_taken || glob_match(glob, path.native(), GlobKind::path);
            if (S_ISDIR(status.st_mode)) {
                if (directory.depth + 1 >= (is_taken ? deepest : depth_limit)) continue;
                work.push_back({UniqueFd(::openat(directory.fd.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)),
                                path, directory.depth + 1, is_taken});
            } else if (is_taken) {
                if (S_ISREG(status.st_mode) && is_another_users_link(status)) {
                    found.foreign.insert(path);
                } else if (S_ISREG(status.st_mode)) {
                    found.files.insert(path);
                } else if (S_ISLNK(status.st_mode)) {
                    found.links.insert(path);
                }
            }
        }
    }
}

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
    throw Error(Errc::write_failed, "artifact " + file.string() + " could not be collected: " + std::strerror(error));
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// For the user alone, whatever the umask says.
void make_private_directories(const std::filesystem::path& path, const std::filesystem::path& file) {
    constexpr mode_t user_only = 0700;
    if (::mkdir(path.c_str(), user_only) == 0 || errno == EEXIST) return;
    if (errno != ENOENT || !path.has_relative_path()) fail(file, errno);
    make_private_directories(path.parent_path(), file);
    if (::mkdir(path.c_str(), user_only) != 0 && errno != EEXIST) fail(file, errno);
}

/// Copies and digests in one pass.
Artifact copy(int root, const std::filesystem::path& file, const std::filesystem::path& target) {
    const UniqueFd folder = open_beneath(root, file.parent_path());
    const UniqueFd from(
        folder ? ::openat(folder.get(), file.filename().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1);
    struct stat status {};
    if (!from || ::fstat(from.get(), &status) != 0) fail(file, errno);
    if (!S_ISREG(status.st_mode)) fail(file, EINVAL);
    if (is_another_users_link(status)) fail(file, EPERM);

    make_private_directories((target / file).parent_path(), file);
    const bool is_program = (status.st_mode & S_IXUSR) != 0;
    const UniqueFd to(::open((target / file).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                             is_program ? 0700 : 0600));
    if (!to) fail(file, errno);
    Sha256 digest;
    std::uint64_t bytes = 0;
    std::vector<char> buffer(copy_buffer_bytes);
    for (;;) {
        const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(file, errno);
        if (got == 0) return Artifact(file, bytes, digest.hex());
        const std::string_view chunk(buffer.data(), static_cast<std::size_t>(got));
        if (!write_all(to.get(), chunk)) fail(file, errno);
        digest.add(chunk);
        bytes += chunk.size();
    }
}

}  // namespace

CollectedArtifacts collect_artifacts(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                                     const std::filesystem::path& target) {
    CollectedArtifacts collected;
    if (globs.empty()) return collected;
    const UniqueFd root(::open(working_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) fail(working_directory, errno);

    Found all;
    for (const std::string& given : globs) {
        if (climbs_out(given)) throw Error(Errc::invalid_config, "artifact '" + given + "' leaves the working directory");
        std::string glob = std::filesystem::path(given).lexically_normal().string();
        if (glob.ends_with('/')) glob.pop_back();
        Found found;
        search(root.get(), glob, found);
        if (found.files.empty() && found.links.empty() && found.foreign.empty()) collected.warnings.push_back("no file matches artifact '" + given + "'");
        all.files.merge(found.files);
        all.links.merge(found.links);
        all.foreign.merge(found.foreign);
    }
    for (const auto& link : all.links) {
        collected.warnings.push_back("artifact " + link.string() + " is a symbolic link: not collected");
    }
    for (const auto& file : all.foreign) {
        collected.warnings.push_back("artifact " + file.string() + " is a hard link to another user's file: not collected");
    }
    for (const auto& file : all.files) {
        collected.files.push_back(copy(root.get(), file, target));
    }
    return collected;
}

std::size_t open_matching_files(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                                const std::function<void(MatchedFile)>& each) {
    if (globs.empty()) return 0;
    const UniqueFd root(::open(working_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) fail(working_directory, errno);
    Found all;
    for (const std::string& given : globs) {
        if (climbs_out(given)) throw Error(Errc::invalid_config, "'" + given + "' leaves the working directory");
        std::string glob = std::filesystem::path(given).lexically_normal().string();
        if (glob.ends_with('/')) glob.pop_back();
        search(root.get(), glob, all);
    }
    for (const auto& file : all.files) {
        const UniqueFd folder = open_beneath(root.get(), file.parent_path());
        each({file, UniqueFd(folder ? ::openat(folder.get(), file.filename().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1)});
    }
    for (const auto& refused : {all.links, all.foreign}) {
        for (const auto& file : refused) each({file, UniqueFd()});
    }
    return all.files.size() + all.links.size() + all.foreign.size();
}

}  // namespace kahn
