#pragma once

#include <filesystem>
#include <string>

namespace kahn::process {

/// Where kahn-guard is: the option; else `libexec/kahn/kahn-guard` in a folder above the file that holds this code, so that an
/// installation may be moved; else where it was to be installed. Empty, with a note: nowhere.
std::filesystem::path find_guard(const std::filesystem::path& option, std::string& note);

/// `libexec/kahn/kahn-guard` in the nearest folder above `file` that has one; empty if none does.
///
/// It must belong to whoever `file` belongs to, or to root: a folder above may be writable for others.
std::filesystem::path guard_above(const std::filesystem::path& file);

}  // namespace kahn::process
