#include "engine/file_search.hpp"

#include <kahn/base/error.hpp>

#include "base/glob.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace kahn {
namespace {

constexpr std::size_t entries_a_step = 256;
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

std::size_t part_count(const std::filesystem::path& path) {
    return static_cast<std::size_t>(std::distance(path.begin(), path.end()));
}

}  // namespace

bool is_another_users_link(const struct stat& status) noexcept { return status.st_nlink > 1 && status.st_uid != ::geteuid(); }

FileSearch::FileSearch(const std::filesystem::path& working_directory, std::span<const std::string> globs)
    : globs_(globs.begin(), globs.end()) {
    for (const std::string& glob : globs_) {
        if (climbs_out(glob)) throw Error(Errc::invalid_config, "'" + printable(glob) + "' leaves the working directory");
    }
    if (globs_.empty()) return;
    root_ = UniqueFd(::open(working_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root_) throw Error(Errc::write_failed, "'" + printable(working_directory.native()) + "' cannot be searched: " + std::strerror(errno));
}

void FileSearch::begin(const std::string& given) {
    glob_ = std::filesystem::path(given).lexically_normal().string();
    if (glob_.ends_with('/')) glob_.pop_back();
    const bool is_deep = glob_.find("**") != std::string::npos || glob_.find('{') != std::string::npos;
    depth_limit_ = is_deep ? deepest : part_count(glob_);
    has_matched_ = false;
    is_searching_ = true;
    const auto prefix = literal_prefix(glob_);
    work_.push_back({open_beneath(root_.get(), prefix), prefix, part_count(prefix), false});
}

void FileSearch::end() {
    if (!has_matched_) found_.unmatched.push_back(globs_[next_glob_]);
    is_searching_ = false;
    ++next_glob_;
}

bool FileSearch::step() {
    for (std::size_t looked_at = 0; looked_at < entries_a_step;) {
        if (entries_) {
            if (const dirent* entry = ::readdir(entries_.get())) {
                look_at(entry->d_name);
                ++looked_at;
            } else {
                entries_.reset();
            }
            continue;
        }
        if (!is_searching_) {
            if (next_glob_ == globs_.size()) return false;
            begin(globs_[next_glob_]);
        }
        if (work_.empty()) {
            end();
            continue;
        }
        directory_ = std::move(work_.back());
        work_.pop_back();
        ++looked_at;
        if (!directory_.fd) continue;
        const int readable = ::openat(directory_.fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (readable < 0) continue;
        entries_.reset(::fdopendir(readable));
        if (!entries_) ::close(readable);
    }
    return true;
}

void FileSearch::look_at(const std::string& name) {
    if (name == "." || name == ".." || name == workspace_folder) return;
    const auto path = directory_.path / name;
    struct stat status {};
    if (::fstatat(directory_.fd.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    const bool is_taken = directory_.is_taken || glob_match(glob_, path.native(), GlobKind::path);
    if (S_ISDIR(status.st_mode)) {
        if (directory_.depth + 1 >= (is_taken ? deepest : depth_limit_)) return;
        work_.push_back({UniqueFd(::openat(directory_.fd.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)), path,
                         directory_.depth + 1, is_taken});
        return;
    }
    if (!is_taken) return;
    if (S_ISREG(status.st_mode)) {
        (is_another_users_link(status) ? found_.foreign : found_.files).insert(path);
    } else if (S_ISLNK(status.st_mode)) {
        found_.links.insert(path);
    } else {
        return;
    }
    has_matched_ = true;
}

UniqueFd FileSearch::open(const std::filesystem::path& relative) const {
    const UniqueFd folder = open_beneath(root_.get(), relative.parent_path());
    if (!folder) return UniqueFd();
    return UniqueFd(::openat(folder.get(), relative.filename().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

}  // namespace kahn
