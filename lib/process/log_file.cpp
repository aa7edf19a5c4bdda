#include "process/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace kahn::process {
namespace {

constexpr std::uint64_t no_limit = ~std::uint64_t{0};

std::uint64_t head_part(std::uint64_t limit) noexcept { return limit == 0 ? no_limit : limit - limit / 2; }

}  // namespace

LogFile::LogFile(std::filesystem::path path, std::uint64_t limit)
    : path_(std::move(path)), head_limit_(head_part(limit)), tail_limit_(limit / 2) {}

std::filesystem::path LogFile::tail_path() const { return path_.string() + ".tail"; }

void LogFile::append(std::string_view bytes) {
    if (path_.empty() || bytes.empty() || !error_.empty()) return;
    if (!head_) head_ = create(path_);
    if (!head_) return;
    const std::string_view for_head = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), head_limit_ - head_bytes_));
    if (!write_all(head_.get(), for_head, head_bytes_)) return;
    head_bytes_ += for_head.size();
    append_tail(bytes.substr(for_head.size()));
}

void LogFile::append_tail(std::string_view bytes) {
    if (bytes.empty()) return;
    if (tail_limit_ == 0) {
        tail_bytes_ += bytes.size();
        return;
    }
    if (!tail_) tail_ = create(tail_path());
    if (!tail_) return;
    if (bytes.size() > tail_limit_) {
        tail_bytes_ += bytes.size() - tail_limit_;
        bytes.remove_prefix(bytes.size() - tail_limit_);
    }
    while (!bytes.empty()) {
        const std::uint64_t at = tail_bytes_ % tail_limit_;
        const std::string_view part = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), tail_limit_ - at));
        if (!write_all(tail_.get(), part, at)) return;
        tail_bytes_ += part.size();
        bytes.remove_prefix(part.size());
    }
}

void LogFile::finish() {
    if (tail_bytes_ > 0 && error_.empty()) join();
    if (tail_) ::unlink(tail_path().c_str());
    tail_.reset();
    head_.reset();
}

void LogFile::join() {
    const std::uint64_t kept = std::min(tail_bytes_, tail_limit_);
    const std::uint64_t missing = tail_bytes_ - kept;
    if (missing > 0) {
        is_truncated_ = true;
        const std::string notice = "\n[kahn: " + std::to_string(missing) + " bytes are left out here]\n";
        if (!write_all(head_.get(), notice, head_bytes_)) return;
        head_bytes_ += notice.size();
    }
    std::vector<char> buffer(std::size_t{64} << 10);
    std::uint64_t at = missing > 0 ? tail_bytes_ % tail_limit_ : 0;  // the oldest byte
    for (std::uint64_t left = kept; left > 0;) {
        const std::uint64_t part = std::min({left, tail_limit_ - at, std::uint64_t{buffer.size()}});
        const ssize_t count = ::pread(tail_.get(), buffer.data(), part, static_cast<off_t>(at));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return fail("read", count < 0 ? errno : EIO);
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
        if (!write_all(head_.get(), bytes, head_bytes_)) return;
        head_bytes_ += bytes.size();
        left -= bytes.size();
        at = (at + bytes.size()) % tail_limit_;
    }
}

UniqueFd LogFile::create(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, 0600));
    if (!fd) fail("open", errno);
    return fd;
}

bool LogFile::write_all(int fd, std::string_view bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            fail("write", errno);
            return false;
        }
        offset += static_cast<std::uint64_t>(count);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void LogFile::fail(const char* what, int error) {
    is_truncated_ = true;
    error_ = "the log '" + path_.string() + "' is not complete: " + what + ": " + std::generic_category().message(error);
}

}  // namespace kahn::process
