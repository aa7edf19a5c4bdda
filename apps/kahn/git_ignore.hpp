#pragma once

#include "base/unique_fd.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kahn::app {

/// Asks git which files of a folder it ignores: `.gitignore` on every level, `.git/info/exclude`, the user's own excludes, and that a
/// tracked file is not ignored. One `git check-ignore` answers all questions.
///
/// Without git, outside of a repository, in a folder that is ignored itself, and where git gives up, nothing is ignored.
class GitIgnore {
public:
    explicit GitIgnore(std::filesystem::path folder);
    ~GitIgnore();
    GitIgnore(const GitIgnore&) = delete;
    GitIgnore& operator=(const GitIgnore&) = delete;

    /// \param path below the folder
    bool ignores(const std::string& path);

    /// What decides has changed: git has to read it anew.
    void read_anew() { stop(); }

    /// Whether a change of this file changes what is ignored.
    static bool decides(const std::string& path);

private:
    bool start();
    void stop() noexcept;
    std::optional<bool> ask(const std::string& path);
    std::string read_answer();

    std::filesystem::path folder_;
    bool is_of_use_ = true;
    std::vector<std::string> unaskable_;  // folders below which git gives up, those of submodules
    int pid_ = -1;
    UniqueFd questions_;
    UniqueFd answers_;
};

}  // namespace kahn::app
