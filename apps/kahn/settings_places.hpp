#pragma once

#include <filesystem>
#include <string>

namespace kahn::app {

/// `$XDG_CONFIG_HOME/kahn/config.yaml`, or below `~/.config`, whether it is there or not. Empty without a home: then there is none.
std::filesystem::path user_settings_file();

/// The name of a project's file.
inline constexpr const char* project_settings_name = ".kahn.yaml";

/// The nearest one from the current directory upwards, no further than the root of a git repository or the home directory. Where
/// neither is above, only the directory itself counts: `/tmp` is everybody's. Empty if there is none.
std::filesystem::path project_settings_file();

}  // namespace kahn::app
