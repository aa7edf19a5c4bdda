#include "settings_places.hpp"

#include <sys/stat.h>
#include <unistd.h>

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

/// Somebody else's may say what it likes: in /tmp anybody may lay one above our folder. root's is trusted by everybody anyway.
bool is_strangers(const fs::path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 && info.st_uid != ::geteuid() && info.st_uid != 0;
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

fs::path project_settings_file(fs::path* passed_over) {
    std::error_code error;
    const fs::path start = fs::current_path(error);
    if (error) return {};
    const fs::path home = fs::canonical(absolute_variable("HOME"), error);
    fs::path nearest;
    for (fs::path at = start;; at = at.parent_path()) {
        const fs::path file = at / project_settings_name;
        if (nearest.empty() && is_there(file)) {
            if (!is_strangers(file)) nearest = file;
            else if (passed_over) *passed_over = file;
        }
        const bool ends_here = at == home || (is_there(at / ".git") && !is_strangers(at / ".git"));
        if (ends_here) return nearest;
        if (at == at.root_path()) return nearest.parent_path() == start ? nearest : fs::path();
    }
}

}  // namespace kahn::app
