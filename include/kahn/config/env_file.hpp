#pragma once

#include <kahn/model/pipeline.hpp>

#include <filesystem>
#include <string>

namespace kahn::config {

/// Reads variables, `NAME=value` a line:
///
///     # a comment, as after a blank behind a value
///     export PLAIN=as it stands, without the blanks at its ends
///     SINGLE='as it stands, $HOME and \n included,
///     over several lines'
///     DOUBLE="the same, with \n \r \t \" \\ \$"
///
/// Nothing is expanded: a `$` is a dollar. A name is given once.
/// \throws ConfigError (invalid_config) with every problem and its place
Variables parse_env_file(std::string text, const std::string& file);

/// The same for a regular file of at most 1 MiB. \throws ConfigError (config_not_found) if it cannot be read
Variables load_env_file(const std::filesystem::path& path);

}  // namespace kahn::config
