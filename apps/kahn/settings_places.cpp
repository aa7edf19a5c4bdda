#include "settings_places.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <system_error>

namespace kahn::app {
namespace {

namespace fs = std::filesystem;

/// Of whatever kind: one that cannot be read is an error, and not none.
bool is_there(const fs::path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0;
}

/// By the XDG Base Directory Specification a relative path says nothing.
fs::path absolute_variable(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value == '/' ? fs::path(value) : fs::path();
}

}  // namespace

fs::path user_settings_file() {
    if (const fs::path base = absolute_variable("XDG_CONFIG_HOME"); !base.empty()) return base / "kahn" / "config.yaml";
    const fs::path home = absolute_variable("HOME");
    return home.empty() ? fs::path() : home / ".config" / "kahn" / "config.yaml";
}

fs::path project_settings_file() {
    std::error_code error;
    const fs::path start = fs::current_path(error);
    if (error) return {};
    const fs::path home = fs::canonical(absolute_variable("HOME"), error);
    fs::path nearest;
    for (fs::path at = start;; at = at.parent_path()) {
        if (nearest.empty() && is_there(at / project_settings_name)) nearest = at / project_settings_name;
        const bool ends_here = at == home || is_there(at / ".git");
        if (ends_here) return nearest;
        if (at == at.root_path()) return nearest.parent_path() == start ? nearest : fs::path();
    }
}

}  // namespace kahn::app
