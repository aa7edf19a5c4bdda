#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace kahn {

/// The bytes of a regular file. A FIFO, a device or a directory is refused without waiting on it.
/// \throws Error (config_not_found) with the path and the reason; also for more than `limit_bytes`.
std::string read_regular_file(const std::filesystem::path& path, std::size_t limit_bytes);

/// Absolute and normal, without a slash at the end. An empty path is the current directory.
std::filesystem::path absolute_directory(const std::filesystem::path& path);

/// Replaces a file by a temporary one beside it, fsync, rename and fsync of the directory: after any failure the old
/// content is intact. A symbolic link is followed, so that the link stays a link. Mode 0644 less the umask if new.
/// \throws Error (write_failed) with the path and the reason.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Writes all of it to what was opened. False, with errno set, for a failure.
bool write_all(int fd, std::string_view bytes) noexcept;

}  // namespace kahn
