#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn::remote {

/// What an archive may come to when it is unpacked.
struct ZipLimits {
    ZipLimits() = default;

    std::uint64_t bytes = 4ULL << 30;  ///< unpacked, in all
    std::size_t entries = 100'000;
    std::uint64_t ratio = 1'000;  ///< unpacked to packed, of one entry beyond 1 MiB
};
static_assert(!std::is_aggregate_v<ZipLimits>);

struct ZipEntry {
    ZipEntry() = default;

    std::string name;  ///< checked: relative, no `..`, no drive, no backslash, no control character
    bool is_directory = false;
    std::uint64_t packed = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
    std::uint16_t method = 0;
    std::uint64_t offset = 0;  ///< of its local header
};
static_assert(!std::is_aggregate_v<ZipEntry>);

/// A zip archive in memory or mapped: names that leave the directory, links, bombs, overlaps and wrong checksums are refused.
class ZipArchive {
public:
    /// \throws Error (invalid_argument) that says what is wrong with the archive
    explicit ZipArchive(std::string_view bytes, ZipLimits limits = ZipLimits());

    const std::vector<ZipEntry>& entries() const noexcept { return entries_; }
    /// One entry's content, piece by piece, the checksum checked at the end.
    /// \throws Error (invalid_argument)
    void read(const ZipEntry& entry, const std::function<void(std::string_view)>& take) const;

private:
    std::string_view bytes_;
    ZipLimits limits_;
    std::vector<ZipEntry> entries_;
};

/// Unpacks all of it below a directory, which is made. What is there already is not overwritten. \return the files' paths
/// \throws Error (invalid_argument, write_failed)
std::vector<std::filesystem::path> unpack(const ZipArchive& archive, const std::filesystem::path& directory);

/// Whether a name in an archive stays below the directory that it is unpacked in.
bool is_safe_entry_name(std::string_view name);

}  // namespace kahn::remote
