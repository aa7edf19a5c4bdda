#pragma once

#include <filesystem>
#include <string>

namespace kahn {

/// The git branch that is checked out where `directory` lies, read from its files; empty for a detached head or no repository.
std::string git_branch(const std::filesystem::path& directory);

/// The commit that is checked out there, in hexadecimal; empty for no repository or a branch without a commit.
std::string git_commit(const std::filesystem::path& directory);

}  // namespace kahn
