#pragma once

#include "base/unique_fd.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace kahn::store {

/// `events.ndjson`: whole lines, appended. A line that cannot be written is taken back, and nothing follows it.
class Journal {
public:
    /// \param fd at the end of the file
    explicit Journal(UniqueFd fd);

    /// Lines that are to be written: append to it, then write() or leave it to the next one.
    std::string& pending() noexcept { return pending_; }
    /// Hands what is pending to the kernel, from where no death of this process can take it.
    void write() noexcept;
    /// Has the kernel put it on the disk, if there is anything new. Safe on another thread.
    void sync() noexcept;
    /// Writes, and returns when it is on the disk, whoever else is syncing. \return errno, 0 for success
    int force() noexcept;

    /// How often something was handed over. Safe on another thread.
    std::uint64_t writes() const noexcept { return writes_.load(std::memory_order_relaxed); }
    /// errno of the first failure; 0: there was none.
    int error() const noexcept { return error_; }

private:
    UniqueFd fd_;
    std::string pending_;
    std::uint64_t good_bytes_ = 0;
    std::atomic<bool> is_dirty_{false};
    std::atomic<std::uint64_t> writes_{0};
    int error_ = 0;
};

}  // namespace kahn::store
