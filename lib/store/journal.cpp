#include "store/journal.hpp"

#include "base/files.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace kahn::store {

Journal::Journal(UniqueFd fd) : fd_(std::move(fd)) {
    const off_t end = ::lseek(fd_.get(), 0, SEEK_END);
    good_bytes_ = end > 0 ? static_cast<std::uint64_t>(end) : 0;
}

void Journal::write() noexcept {
    if (pending_.empty()) return;
    if (error_ == 0 && !write_all(fd_.get(), pending_)) {
        error_ = errno;
        if (::ftruncate(fd_.get(), static_cast<off_t>(good_bytes_)) != 0) {
            // Then its last line is torn, which readers expect.
        }
    }
    if (error_ == 0) {
        good_bytes_ += pending_.size();
        writes_.fetch_add(1, std::memory_order_relaxed);
        is_dirty_.store(true, std::memory_order_release);
    }
    pending_.clear();
}

int Journal::force() noexcept {
    write();
    // Not left to a sync() that has begun on another thread: what was just written need not be part of it.
    is_dirty_.store(false, std::memory_order_release);
    if (error_ == 0 && ::fdatasync(fd_.get()) != 0) error_ = errno;
    return error_;
}

void Journal::sync() noexcept {
    if (is_dirty_.exchange(false, std::memory_order_acq_rel)) ::fdatasync(fd_.get());
}

}  // namespace kahn::store
