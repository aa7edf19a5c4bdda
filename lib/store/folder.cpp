#include "store/folder.hpp"

#include <kahn/base/error.hpp>

#include "base/files.hpp"
#include "base/text.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
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

constexpr std::string_view temporary_end = ".tmp";

/// A new file, locked as long as its writer lives and removed again unless it was renamed: one that is not locked is a leftover.
class Temporary {
public:
    Temporary(int directory, const std::string& name) : directory_(directory) {
        static std::atomic<unsigned> count{0};
        constexpr int most_tries = 100;
        for (int tries = 0; tries < most_tries; ++tries) {
            name_ = "." + name + "." + std::to_string(::getpid()) + "." + std::to_string(count++) + std::string(temporary_end);
            fd_ = open_beneath(directory, name_, O_WRONLY | O_CREAT | O_EXCL | O_NOCTTY);
            if (!fd_ && errno == EEXIST) continue;  // of a process of this number that was killed
            if (!fd_) break;
            // Whoever clears away takes the lock first: it was too quick for us, or the file system has no locks, and then nobody clears.
            if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) continue;
            struct stat status {};
            if (::fstat(fd_.get(), &status) != 0 || status.st_nlink > 0) return;
        }
        const int error = errno;
        name_.clear();
        errno = error;
    }
    ~Temporary() {
        if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    /// Invalid with errno set if it could not be made.
    const UniqueFd& fd() const noexcept { return fd_; }
    bool rename_to(const std::string& name) noexcept {
        if (::renameat(directory_, name_.c_str(), directory_, name.c_str()) != 0) return false;
        name_.clear();
        return true;
    }

private:
    int directory_;
    UniqueFd fd_;
    std::string name_;
};

/// Root's own file becomes the heir's.
void inherit(int fd, uid_t heir, gid_t heirs_group) noexcept {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || status.st_uid != 0) return;
    if (::fchown(fd, heir, heirs_group) != 0) {
        // A file system that knows no owners; then nobody is kept out either.
    }
}

bool is_name_of_temporary(std::string_view name) { return name.starts_with('.') && name.ends_with(temporary_end); }

fs::path directory_of(const fs::path& relative) {
    const auto above = relative.parent_path();
    return above.empty() ? fs::path(".") : above;
}

}  // namespace

Folder::Folder(fs::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {
    struct stat status {};
    if (::geteuid() != 0 || ::fstat(fd_.get(), &status) != 0) return;
    heir_ = status.st_uid;
    heirs_group_ = status.st_gid;
}

int Folder::write_obstacle() const noexcept { return ::faccessat(fd_.get(), ".", W_OK, AT_EACCESS) == 0 ? 0 : errno; }

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
    const UniqueFd parent = try_open(directory_of(relative), O_PATH | O_DIRECTORY);
    if (!parent) refuse(Errc::workspace_unusable, "make", path_ / relative, errno);
    const std::string name = relative.filename().string();
    if (::mkdirat(parent.get(), name.c_str(), directory_mode) == 0) {
        ::fchmodat(parent.get(), name.c_str(), directory_mode, 0);
        if (heir_ != 0 && ::fchownat(parent.get(), name.c_str(), heir_, heirs_group_, AT_SYMLINK_NOFOLLOW) != 0) {
            refuse(Errc::workspace_unusable, "make", path_ / relative, errno);
        }
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
    UniqueFd fd = open_beneath(fd_.get(), relative, (flags & O_PATH) != 0 ? flags : flags | O_NOCTTY | O_NONBLOCK);
    if (fd && heir_ != 0 && (flags & O_CREAT) != 0) inherit(fd.get(), heir_, heirs_group_);
    return fd;
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

void Folder::put_in_place(const fs::path& relative, std::string_view content, bool is_durable) const {
    const auto failed = [&](int error) { refuse(Errc::write_failed, "write", path_ / relative, error); };
    const UniqueFd directory = try_open(directory_of(relative), O_RDONLY | O_DIRECTORY);
    if (!directory) failed(errno);
    const std::string name = relative.filename().string();
    Temporary temporary(directory.get(), name);
    if (!temporary.fd()) failed(errno);
    if (heir_ != 0) inherit(temporary.fd().get(), heir_, heirs_group_);
    if (!write_all(temporary.fd().get(), content)) failed(errno);
    if (is_durable && ::fsync(temporary.fd().get()) != 0) failed(errno);
    if (!temporary.rename_to(name)) failed(errno);
    if (is_durable && ::fsync(directory.get()) != 0 && errno != EINVAL) failed(errno);
}

void Folder::write_atomically(const fs::path& relative, std::string_view content) const { put_in_place(relative, content, true); }

void Folder::replace(const fs::path& relative, std::string_view content) const { put_in_place(relative, content, false); }

int Folder::sync(const fs::path& relative) const {
    const UniqueFd file = try_open(relative, O_RDONLY);
    if (!file || ::fsync(file.get()) != 0) return errno;
    const UniqueFd directory = try_open(directory_of(relative), O_RDONLY | O_DIRECTORY);
    if (!directory || (::fsync(directory.get()) != 0 && errno != EINVAL)) return errno;
    return 0;
}

void Folder::remove_leftovers(const fs::path& relative) const {
    const UniqueFd directory = try_open(relative, O_RDONLY | O_DIRECTORY);
    if (!directory) return;
    for_each_entry(directory.get(), [&](const std::string& name, const struct stat& status) {
        if (!S_ISREG(status.st_mode) || !is_name_of_temporary(name)) return;
        const UniqueFd file = open_beneath(directory.get(), name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(directory.get(), name.c_str(), 0);
    });
}

void Folder::remove_file(const fs::path& relative) const {
    const UniqueFd directory = try_open(directory_of(relative), O_PATH | O_DIRECTORY);
    if (directory) ::unlinkat(directory.get(), relative.filename().c_str(), 0);
}

void Folder::remove_tree(const fs::path& relative) const {
    UniqueFd top = try_open(relative, O_RDONLY | O_DIRECTORY);
    if (!top) return;
    for_each_below(std::move(top), [](int directory, const std::string& name, const struct stat& status) {
        ::unlinkat(directory, name.c_str(), S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
    });
    const UniqueFd directory = try_open(directory_of(relative), O_PATH | O_DIRECTORY);
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

std::vector<std::string> Folder::entries(const fs::path& relative, mode_t kind) const {
    std::vector<std::string> names;
    const UniqueFd top = try_open(relative, O_RDONLY | O_DIRECTORY);
    if (!top) return names;
    for_each_entry(top.get(), [&](const std::string& name, const struct stat& status) {
        if ((status.st_mode & S_IFMT) == kind) names.push_back(name);
    });
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> Folder::directories(const fs::path& relative) const { return entries(relative, S_IFDIR); }

std::vector<std::string> Folder::files(const fs::path& relative) const { return entries(relative, S_IFREG); }

}  // namespace kahn::store
