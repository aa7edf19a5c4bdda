#include "base/files.hpp"

#include "base/read_verdict.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <kahn/base/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace kahn {
namespace {

namespace fs = std::filesystem;

std::string errno_text(int error) { return std::generic_category().message(error); }

[[noreturn]] void refuse_reading(const fs::path& path, const std::string& reason) {
    throw Error(Errc::config_not_found, "cannot read '" + printable(path.string()) + "': " + reason);
}

[[noreturn]] void refuse_writing(const fs::path& path, const std::string& reason) {
    throw Error(Errc::write_failed, "cannot write '" + printable(path.string()) + "': " + reason);
}

struct stat status_of(int fd, const fs::path& path) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) refuse_reading(path, errno_text(errno));
    return status;
}

std::chrono::nanoseconds since_epoch(const timespec& time) noexcept {
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

FileStamp stamp_of(int fd, const fs::path& path) {
    const struct stat status = status_of(fd, path);
    return {status.st_size, since_epoch(status.st_mtim), since_epoch(status.st_ctim)};
}

/// \param expected_bytes what its size says, which may be wrong
std::string read_whole(int fd, const fs::path& path, std::size_t expected_bytes, std::size_t limit_bytes) {
    std::string content;
    std::size_t room = expected_bytes + 1;  // one more, so that the end is seen without growing
    while (true) {
        const std::size_t size = content.size();
        if (size > limit_bytes) refuse_reading(path, "larger than " + std::to_string(limit_bytes) + " bytes");
        content.resize(size + room);
        const ssize_t count = ::pread(fd, content.data() + size, room, static_cast<off_t>(size));
        if (count < 0 && errno != EINTR) refuse_reading(path, errno_text(errno));
        content.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count == 0) return content;
        room = 64 * 1024;
    }
}

/// Where a chain of symbolic links leads, be it there or not.
fs::path follow_links(fs::path path) {
    constexpr int longest_chain = 40;  // the kernel's own limit
    for (int i = 0; i < longest_chain; ++i) {
        std::error_code error;
        const fs::path target = fs::read_symlink(path, error);
        if (error) return path;
        path = path.parent_path() / target;  // an absolute target replaces the whole
    }
    refuse_writing(path, errno_text(ELOOP));
}

/// The temporary file, removed again unless it was renamed.
class Temporary {
public:
    Temporary(const fs::path& directory, mode_t mode, const fs::path& path_for_errors) {
        for (int tries = 0; tries < 100 && !fd; ++tries) {
            path_ = directory / name();
            fd.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
            if (!fd && errno != EEXIST) break;
            if (fd && !is_ours()) fd.reset();
        }
        if (!fd) refuse_writing(path_for_errors, errno_text(errno));
    }
    ~Temporary() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    [[nodiscard]] bool rename_to(const fs::path& target) {
        if (::rename(path_.c_str(), target.c_str()) != 0) return false;
        path_.clear();
        return true;
    }

    UniqueFd fd;

private:
    /// It is locked as long as its writer lives: one that is not is a leftover, and somebody may clear it away. \return false:
    /// somebody just has
    bool is_ours() const {
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
        struct stat status {};
        return ::fstat(fd.get(), &status) != 0 || status.st_nlink > 0;
    }

    static std::string name() {
        std::array<unsigned char, 8> random{};
        if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
            throw Error(Errc::internal, "getrandom: " + errno_text(errno));
        }
        std::string out = ".kahn-";
        for (const unsigned char byte : random) {
            out += "0123456789abcdef"[byte >> 4];
            out += "0123456789abcdef"[byte & 15];
        }
        return out + ".tmp";
    }

    fs::path path_;
};

}  // namespace

std::string read_regular_file(const fs::path& path, std::size_t limit_bytes) {
    // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!fd) refuse_reading(path, errno_text(errno));
    const struct stat status = status_of(fd.get(), path);
    if (S_ISDIR(status.st_mode)) refuse_reading(path, "it is a directory");
    if (!S_ISREG(status.st_mode)) refuse_reading(path, "it is not a regular file");
    ReadVerdict verdict;
    while (true) {
        const FileStamp before = stamp_of(fd.get(), path);
        const auto expected = static_cast<std::size_t>(before.size);
        if (expected > limit_bytes) refuse_reading(path, "larger than " + std::to_string(limit_bytes) + " bytes");
        std::string content = read_whole(fd.get(), path, expected, limit_bytes);
        const FileStamp after = stamp_of(fd.get(), path);
        switch (verdict.judge(before, after, std::chrono::system_clock::now(), std::move(content))) {
            case ReadVerdict::Verdict::good: return verdict.take();
            case ReadVerdict::Verdict::read_again: break;
            case ReadVerdict::Verdict::give_up: refuse_reading(path, "it keeps changing while it is read");
        }
    }
}

void write_file_atomically(const fs::path& path, std::string_view content) {
    const fs::path target = follow_links(path);
    const fs::path directory = target.has_parent_path() ? target.parent_path() : fs::path(".");
    struct stat old {};
    const bool is_there = ::stat(target.c_str(), &old) == 0;
    if (is_there && !S_ISREG(old.st_mode)) refuse_writing(path, "it is not a regular file");

    Temporary temporary(directory, 0644, path);
    if (is_there) {
        // Keeping the owner needs rights that are often missing; the content matters more. The mode comes last, because
        // chown clears bits of it.
        if (::fchown(temporary.fd.get(), old.st_uid, old.st_gid) != 0 && errno != EPERM)
            refuse_writing(path, errno_text(errno));
        if (::fchmod(temporary.fd.get(), old.st_mode & 07777) != 0) refuse_writing(path, errno_text(errno));
    }
    if (!write_all(temporary.fd.get(), content)) refuse_writing(path, errno_text(errno));
    if (::fsync(temporary.fd.get()) != 0) refuse_writing(path, errno_text(errno));
    if (!temporary.rename_to(target)) refuse_writing(path, errno_text(errno));

    const UniqueFd directory_fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory_fd)
        return;  // it may be written but not read: the rename stands, only its durability is the kernel's
    if (::fsync(directory_fd.get()) != 0 && errno != EINVAL) refuse_writing(path, errno_text(errno));
}

std::filesystem::path absolute_directory(const std::filesystem::path& path) {
    const auto normal = std::filesystem::absolute(path.empty() ? std::filesystem::path(".") : path).lexically_normal();
    return normal.has_filename() ? normal : normal.parent_path();
}

bool write_all(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) return false;
        if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace kahn
