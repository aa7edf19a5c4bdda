#pragma once

#include <filesystem>
#include <string>

namespace kahn::app {

/// `$XDG_CONFIG_HOME/kahn/config.yaml`, or below `~/.config`, whether it is there or not. Empty without a home: then there is none.
std::filesystem::path user_settings_file();

/// The name of a project's file.
inline constexpr const char* project_settings_name = ".kahn.yaml";

/// The nearest one from the current directory upwards, no further than the root of a git repository or the home directory. Where
/// neither is above, only the directory itself counts: `/tmp` is everybody's. What belongs to another user (but root) does not
/// count, file or repository. Empty if there is none.
/// \param passed_over is set to a file that does not count for that reason, if there is one
std::filesystem::path project_settings_file(std::filesystem::path* passed_over = nullptr);

}  // namespace kahn::app
