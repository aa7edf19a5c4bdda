#pragma once

#include "settings.hpp"

#include <filesystem>

namespace kahn::app {

/// A file's values over those that are there: relative paths are below the file's folder.
/// \param kind  `project_file`: nothing personal, and the workspace stays in the project
/// \throws ConfigError with every problem and its place, also if the file cannot be read
void read_settings_file(const std::filesystem::path& path, SettingOrigin::Kind kind, Settings& settings);

}  // namespace kahn::app
