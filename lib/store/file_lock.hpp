#pragma once

#include "base/unique_fd.hpp"

#include <sys/file.h>

#include <cerrno>

namespace kahn::store {

/// Blocks until it has a file for itself among those that ask for it.
class FileLock {
public:
    explicit FileLock(const UniqueFd& fd) : fd_(fd.get()) {
        while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~FileLock() { ::flock(fd_, LOCK_UN); }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int fd_;
};

}  // namespace kahn::store
