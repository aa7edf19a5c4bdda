#include "store/folder.hpp"

#include <kahn/base/error.hpp>

#include "base/text.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace kahn::store {
namespace {

namespace fs = std::filesystem;

constexpr mode_t directory_mode = 0700;
constexpr mode_t file_mode = 0600;

std::string reason(int error) { return std::generic_category().message(error); }

[[noreturn]] void refuse(Errc code, const char* what, const fs::path& path, int error) {
    throw Error(code, std::string("cannot ") + what + " '" + printable(path.string()) + "': " + reason(error));
}

/// One component at a time, for kernels (before 5.6) and sandboxes without openat2.
UniqueFd open_step_by_step(int root, const fs::path& relative, int flags, mode_t mode) noexcept {
    if (relative.is_absolute() || relative.filename() == "..") {
        errno = EXDEV;
        return UniqueFd();
    }
    UniqueFd at(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (const auto& part : relative.parent_path()) {
        if (!at) return at;
        if (part == "..") {
            errno = EXDEV;
            return UniqueFd();
        }
        at = UniqueFd(::openat(at.get(), part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    if (!at) return at;
    return UniqueFd(::openat(at.get(), relative.filename().c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode));
}

UniqueFd open_beneath(int root, const fs::path& relative, int flags) noexcept {
    const mode_t mode = (flags & O_CREAT) != 0 ? file_mode : 0;
    static std::atomic<bool> has_openat2{true};
    if (has_openat2.load(std::memory_order_relaxed)) {
        open_how how{};
        how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
        how.mode = mode;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
        for (int tries = 0; tries < 16; ++tries) {
            const long fd = ::syscall(SYS_openat2, root, relative.c_str(), &how, sizeof how);
            if (fd >= 0) return UniqueFd(static_cast<int>(fd));
            if (errno != EAGAIN && errno != EINTR) break;  // EAGAIN: something was renamed meanwhile
        }
        if (errno != ENOSYS) return UniqueFd();
        has_openat2.store(false, std::memory_order_relaxed);
    }
    return open_step_by_step(root, relative, flags, mode);
}

struct CloseDirectory {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

/// Calls `each` with the name and the kind (DT_...) of every entry.
template <class Each>
void for_each_entry(int directory_fd, Each each) {
    const int readable = ::openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (readable < 0) return;
    const std::unique_ptr<DIR, CloseDirectory> entries(::fdopendir(readable));
    if (!entries) {
        ::close(readable);
        return;
    }
    while (const dirent* entry = ::readdir(entries.get())) {
        const std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        struct stat status {};
        if (::fstatat(directory_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) each(name, status);
    }
}

/// Everything below a directory, deepest first, without recursion. \param each gets (directory fd, name, status)
template <class Each>
void for_each_below(UniqueFd top, Each each) {
    struct Level {
        UniqueFd fd;
        std::string name;  // in the level above
        struct stat status {};
        std::vector<std::pair<std::string, struct stat>> directories;
    };
    const auto enter = [&each](Level& level) {
        for_each_entry(level.fd.get(), [&](const std::string& name, const struct stat& status) {
            if (S_ISDIR(status.st_mode)) {
                level.directories.emplace_back(name, status);
            } else {
                each(level.fd.get(), name, status);
            }
        });
    };
    std::vector<Level> path;
    path.push_back({std::move(top), {}, {}, {}});
    enter(path.back());
    while (!path.empty()) {
        Level& level = path.back();
        if (level.directories.empty()) {
            const std::string name = level.name;
            const struct stat status = level.status;
            path.pop_back();
            if (!path.empty()) each(path.back().fd.get(), name, status);
            continue;
        }
        auto [name, status] = std::move(level.directories.back());
        level.directories.pop_back();
        UniqueFd fd(::openat(level.fd.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!fd) continue;
        path.push_back({std::move(fd), std::move(name), status, {}});
        enter(path.back());
    }
}

/// Removed again unless it was renamed.
class Temporary {
public:
    Temporary(int directory, std::string name) : directory_(directory), name_(std::move(name)) {}
    ~Temporary() {
        if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    const std::string& name() const noexcept { return name_; }
    void keep() noexcept { name_.clear(); }

private:
    int directory_;
    std::string name_;
};

}  // namespace

bool write_all(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

Folder Folder::make(const fs::path& path) {
    std::error_code error;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    if (error) refuse(Errc::workspace_unusable, "make", path.parent_path(), error.value());
    if (::mkdir(path.c_str(), directory_mode) == 0) {
        ::chmod(path.c_str(), directory_mode);  // whatever the umask took away
    } else if (errno != EEXIST) {
        refuse(Errc::workspace_unusable, "make", path, errno);
    }
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) refuse(Errc::workspace_unusable, "open", path, errno);
    return {path, std::move(fd)};
}

std::optional<Folder> Folder::find(const fs::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
    if (!fd) refuse(Errc::workspace_unusable, "open", path, errno);
    return Folder(path, std::move(fd));
}

void Folder::make_directory(const fs::path& relative) const {
    const auto above = relative.parent_path();
    const UniqueFd parent = above.empty() ? try_open(".", O_PATH | O_DIRECTORY) : try_open(above, O_PATH | O_DIRECTORY);
    if (!parent) refuse(Errc::workspace_unusable, "make", path_ / relative, errno);
    const std::string name = relative.filename().string();
    if (::mkdirat(parent.get(), name.c_str(), directory_mode) == 0) {
        ::fchmodat(parent.get(), name.c_str(), directory_mode, 0);
    } else if (errno != EEXIST) {
        refuse(Errc::workspace_unusable, "make", path_ / relative, errno);
    }
}

Folder Folder::enter(const fs::path& relative) const {
    UniqueFd fd = try_open(relative, O_RDONLY | O_DIRECTORY);
    if (!fd) refuse(Errc::workspace_unusable, "open", path_ / relative, errno);
    return {path_ / relative, std::move(fd)};
}

UniqueFd Folder::try_open(const fs::path& relative, int flags) const noexcept {
    // openat2 refuses flags that mean nothing together.
    return open_beneath(fd_.get(), relative, (flags & O_PATH) != 0 ? flags : flags | O_NOCTTY | O_NONBLOCK);
}

UniqueFd Folder::open(const fs::path& relative, int flags) const {
    UniqueFd fd = try_open(relative, flags);
    const bool writes = (flags & O_ACCMODE) != O_RDONLY;
    if (!fd) refuse(writes ? Errc::write_failed : Errc::workspace_unusable, writes ? "write" : "open", path_ / relative, errno);
    return fd;
}

bool Folder::has(const fs::path& relative) const noexcept { return static_cast<bool>(try_open(relative, O_PATH)); }

std::optional<std::string> Folder::read(const fs::path& relative) const {
    const UniqueFd fd = try_open(relative, O_RDONLY);
    if (!fd && errno == ENOENT) return std::nullopt;
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) refuse(Errc::workspace_unusable, "read", path_ / relative, errno);
    if (!S_ISREG(status.st_mode)) refuse(Errc::workspace_unusable, "read", path_ / relative, EINVAL);
    std::string content;
    constexpr std::size_t piece = 64 * 1024;
    std::size_t room = static_cast<std::size_t>(status.st_size) + 1;  // one more, so that the end is seen at once
    for (;;) {
        const std::size_t size = content.size();
        content.resize(size + room);
        const ssize_t count = ::read(fd.get(), content.data() + size, room);
        content.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count < 0 && errno != EINTR) refuse(Errc::workspace_unusable, "read", path_ / relative, errno);
        if (count == 0) return content;
        room = piece;
    }
}

void Folder::write_atomically(const fs::path& relative, std::string_view content) const {
    const auto failed = [&](int error) { refuse(Errc::write_failed, "write", path_ / relative, error); };
    const auto above = relative.parent_path();
    const UniqueFd directory = try_open(above.empty() ? fs::path(".") : above, O_RDONLY | O_DIRECTORY);
    if (!directory) failed(errno);
    const std::string name = relative.filename().string();
    static std::atomic<unsigned> count{0};
    Temporary temporary(directory.get(), "." + name + "." + std::to_string(::getpid()) + "." + std::to_string(count++) + ".tmp");
    UniqueFd fd = open_beneath(directory.get(), temporary.name(), O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY);
    if (!fd) failed(errno);
    if (!write_all(fd.get(), content) || ::fsync(fd.get()) != 0) failed(errno);
    if (::renameat(directory.get(), temporary.name().c_str(), directory.get(), name.c_str()) != 0) failed(errno);
    temporary.keep();
    if (::fsync(directory.get()) != 0 && errno != EINVAL) failed(errno);
}

void Folder::remove_file(const fs::path& relative) const {
    const auto above = relative.parent_path();
    const UniqueFd directory = try_open(above.empty() ? fs::path(".") : above, O_PATH | O_DIRECTORY);
    if (directory) ::unlinkat(directory.get(), relative.filename().c_str(), 0);
}

void Folder::remove_tree(const fs::path& relative) const {
    UniqueFd top = try_open(relative, O_RDONLY | O_DIRECTORY);
    if (!top) return;
    for_each_below(std::move(top), [](int directory, const std::string& name, const struct stat& status) {
        ::unlinkat(directory, name.c_str(), S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
    });
    const auto above = relative.parent_path();
    const UniqueFd directory = try_open(above.empty() ? fs::path(".") : above, O_PATH | O_DIRECTORY);
    if (directory) ::unlinkat(directory.get(), relative.filename().c_str(), AT_REMOVEDIR);
}

std::uint64_t Folder::bytes_below(const fs::path& relative) const {
    std::uint64_t bytes = 0;
    UniqueFd top = try_open(relative, O_RDONLY | O_DIRECTORY);
    if (!top) return bytes;
    for_each_below(std::move(top), [&](int, const std::string&, const struct stat& status) {
        constexpr std::uint64_t block_bytes = 512;
        if (S_ISREG(status.st_mode)) bytes += static_cast<std::uint64_t>(status.st_blocks) * block_bytes;
    });
    return bytes;
}

std::vector<std::string> Folder::directories(const fs::path& relative) const {
    std::vector<std::string> names;
    const UniqueFd top = try_open(relative, O_RDONLY | O_DIRECTORY);
    if (!top) return names;
    for_each_entry(top.get(), [&](const std::string& name, const struct stat& status) {
        if (S_ISDIR(status.st_mode)) names.push_back(name);
    });
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace kahn::store
