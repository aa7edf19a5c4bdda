#include "watch_filter.hpp"

#include "base/glob.hpp"

#include <algorithm>
#include <utility>

namespace kahn::app {
namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view path) {
    return std::any_of(patterns.begin(), patterns.end(), [path](const std::string& pattern) { return glob_match(pattern, path, GlobKind::path); });
}

}  // namespace

const std::vector<std::string>& WatchFilter::usually_ignored() {
    static const std::vector<std::string> patterns{
        "**/.{git,hg,svn,kahn,cache,venv}", "{build,build-*,cmake-build-*,target}", "**/{node_modules,__pycache__}",
        "**/*~", "**/.*.sw?", "**/.#*", "**/4913"};  // the last four: what editors leave and test while they write
    return patterns;
}

WatchFilter::WatchFilter(std::vector<std::string> paths, std::vector<std::string> ignored, std::function<bool(const std::string&)> also_ignored)
    : paths_(std::move(paths)), ignored_(std::move(ignored)), also_ignored_(std::move(also_ignored)) {
    ignored_.insert(ignored_.end(), usually_ignored().begin(), usually_ignored().end());
}

bool WatchFilter::counts(std::string_view file) const { return (paths_.empty() || any_matches(paths_, file)) && !is_ignored(file); }

bool WatchFilter::ignores_folder(std::string_view folder) const { return is_ignored(folder); }

/// It, or any folder that it is in.
bool WatchFilter::is_ignored(std::string_view path) const {
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        if (any_matches(ignored_, path.substr(0, slash))) return true;
    }
    return any_matches(ignored_, path) || (also_ignored_ && also_ignored_(std::string(path)));
}

}  // namespace kahn::app
