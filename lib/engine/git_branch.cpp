#include "engine/git_branch.hpp"

#include <kahn/base/error.hpp>

#include "base/files.hpp"

#include <string_view>
#include <system_error>

namespace kahn {
namespace {

constexpr std::size_t longest_head_file = 4096;

/// What follows `prefix` on the file's first line; empty if the file is not there or does not begin so.
std::string read_after(const std::filesystem::path& file, std::string_view prefix) {
    std::string text;
    try {
        text = read_regular_file(file, longest_head_file);
    } catch (const Error&) {
        return {};
    }
    text.erase(std::min(text.find('\n'), text.size()));
    if (!text.starts_with(prefix)) return {};
    return text.substr(prefix.size());
}

/// The folder that holds HEAD. In a linked work tree `.git` is a file that names it.
std::filesystem::path git_directory(const std::filesystem::path& at) {
    std::error_code ignored;
    const auto dot_git = at / ".git";
    if (std::filesystem::is_directory(dot_git, ignored)) return dot_git;
    const std::string linked = read_after(dot_git, "gitdir: ");
    return linked.empty() ? std::filesystem::path{} : at / linked;
}

}  // namespace

std::string git_branch(const std::filesystem::path& directory) {
    std::error_code error;
    auto at = std::filesystem::absolute(directory, error);
    if (error) return {};
    for (;; at = at.parent_path()) {
        const auto git = git_directory(at);
        if (!git.empty()) return read_after(git / "HEAD", "ref: refs/heads/");
        if (at == at.parent_path()) return {};
    }
}

}  // namespace kahn
