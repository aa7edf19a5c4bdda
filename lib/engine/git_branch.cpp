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

/// The folder that holds HEAD for whatever lies in `directory`; empty if there is none.
std::filesystem::path find_git_directory(const std::filesystem::path& directory) {
    std::error_code error;
    auto at = std::filesystem::absolute(directory, error);
    if (error) return {};
    for (;; at = at.parent_path()) {
        auto git = git_directory(at);
        if (!git.empty()) return git;
        if (at == at.parent_path()) return {};
    }
}

/// Where branches are kept: a linked work tree shares those of its repository.
std::filesystem::path common_directory(const std::filesystem::path& git) {
    const std::string common = read_after(git / "commondir", "");
    return common.empty() ? git : git / common;
}

std::string packed_commit(const std::filesystem::path& git, const std::string& reference) {
    constexpr std::size_t longest_list = std::size_t{16} << 20U;
    std::string text;
    try {
        text = read_regular_file(git / "packed-refs", longest_list);
    } catch (const Error&) {
        return {};
    }
    const auto at = text.find(" " + reference + "\n");
    if (at == std::string::npos) return {};
    const auto line = text.rfind('\n', at);
    const auto begin = line == std::string::npos ? 0 : line + 1;
    return text.substr(begin, at - begin);
}

}  // namespace

std::string git_branch(const std::filesystem::path& directory) {
    const auto git = find_git_directory(directory);
    return git.empty() ? std::string() : read_after(git / "HEAD", "ref: refs/heads/");
}

std::string git_commit(const std::filesystem::path& directory) {
    const auto git = find_git_directory(directory);
    if (git.empty()) return {};
    const std::string reference = read_after(git / "HEAD", "ref: ");
    if (reference.empty()) return read_after(git / "HEAD", "");
    const auto common = common_directory(git);
    std::string commit = read_after(common / reference, "");
    return commit.empty() ? packed_commit(common, reference) : commit;
}

}  // namespace kahn
