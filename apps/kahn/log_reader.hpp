#pragma once

#include "base/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace kahn::app {

/// Reads a job's log from its beginning, also while it grows. A long one has its tail in a second file until the job ends; if its
/// engine was killed before it could join them, the tail follows the head here.
class LogReader {
public:
    explicit LogReader(std::filesystem::path log) : log_(std::move(log)) {}

    /// The next piece; empty if there is nothing more at the moment.
    /// \throws Error (workspace_unusable) for a log that is there and cannot be read
    /// \param is_complete nothing is added any more: what is left in a tail follows
    std::string read(bool is_complete);

private:
    std::string read_file(UniqueFd& fd, const std::filesystem::path& path, std::uint64_t& at) const;

    std::filesystem::path log_;
    UniqueFd head_;
    UniqueFd tail_;
    std::uint64_t head_at_ = 0;
    std::uint64_t tail_at_ = 0;
    bool has_noticed_ = false;
};

}  // namespace kahn::app
