#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::app {

/// Which changed files are worth another run. Paths are relative to the watched folder, without `./`.
class WatchFilter {
public:
    /// \param paths patterns, one of which has to match; empty: any file
    /// \param ignored further patterns of files and folders that do not count
    /// \param also_ignored asked about what no pattern decides; may be empty
    WatchFilter(std::vector<std::string> paths, std::vector<std::string> ignored, std::function<bool(const std::string&)> also_ignored = {});

    /// Folders that no change in counts: version control, kahn's own, and what tools build into.
    static const std::vector<std::string>& usually_ignored();

    bool counts(std::string_view file) const;
    /// Nothing below it counts: it need not be watched.
    bool ignores_folder(std::string_view folder) const;

private:
    bool is_ignored(std::string_view path) const;

    std::vector<std::string> paths_;
    std::vector<std::string> ignored_;
    std::function<bool(const std::string&)> also_ignored_;
};

}  // namespace kahn::app
