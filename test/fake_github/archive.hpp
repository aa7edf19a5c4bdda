#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn::testing {

/// One file of a zip archive. The name goes in as it is, also `../evil`, for tests of those who unpack.
struct ArchiveFile {
    ArchiveFile() = default;
    ArchiveFile(std::string name_, std::string bytes_) : name(std::move(name_)), bytes(std::move(bytes_)) {}

    std::string name;
    std::string bytes;
};
static_assert(!std::is_aggregate_v<ArchiveFile>);

/// A zip archive, deflated.
std::string zip_archive(const std::vector<ArchiveFile>& files);

}  // namespace kahn::testing
