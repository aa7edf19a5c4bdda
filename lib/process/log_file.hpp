#pragma once

#include "base/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace kahn::process {

/// What an attempt prints, as one plain file of at most `limit` bytes: all of it, or its head, a line that says how much is
/// missing, and its tail. While it grows, the tail of a long one is a second file, `NAME.tail`.
///
/// A write that fails (a full disk) ends the log, not the job.
class LogFile {
public:
    /// The file is made when there is something to write, for its owner alone. \param limit 0: none
    LogFile(std::filesystem::path path, std::uint64_t limit);

    void append(std::string_view bytes);
    /// Joins head and tail. Nothing may follow.
    void finish();

    bool is_truncated() const noexcept { return is_truncated_; }
    /// Why the log could not be written; empty: it could.
    const std::string& error() const noexcept { return error_; }

private:
    void append_tail(std::string_view bytes);
    void join();
    void fail(const char* what, int error);
    UniqueFd create(const std::filesystem::path& path);
    bool write_all(int fd, std::string_view bytes, std::uint64_t offset);
    std::filesystem::path tail_path() const;

    const std::filesystem::path path_;
    const std::uint64_t head_limit_;
    const std::uint64_t tail_limit_;
    UniqueFd head_;
    UniqueFd tail_;  // a ring
    std::uint64_t head_bytes_ = 0;
    std::uint64_t tail_bytes_ = 0;  // that went its way, most of them overwritten again
    bool is_truncated_ = false;
    std::string error_;
};

}  // namespace kahn::process
