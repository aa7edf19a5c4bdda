#pragma once

#include <filesystem>
#include <string>

namespace kahn {

/// The branch that is checked out where `directory` stands, read from `.git` there or above without running git; also in a
/// linked work tree. Empty outside a repository or on a detached HEAD.
std::string git_branch(const std::filesystem::path& directory);

}  // namespace kahn
