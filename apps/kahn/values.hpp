#pragma once

#include <kahn/model/pipeline.hpp>

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace kahn::app {

// What options may say. Each throws UsageError with the option's name and what is wrong.

/// How many workers: a whole number, 0 for no limit.
unsigned parse_workers(const std::string& text);

/// `90s`, `10m`, `500ms`, `0`
std::chrono::milliseconds parse_duration(std::string_view option, const std::string& text);
std::chrono::milliseconds parse_grace(const std::string& text);

/// `NAME=value`; the value may be empty and may hold more equals signs.
std::pair<std::string, std::string> parse_variable(const std::string& text);

/// The name of a variable that is a secret.
std::string parse_secret_name(const std::string& text);

/// One word of a few. \param option for the message: `--format`
std::string require_one_of(std::string_view option, const std::string& text, std::span<const std::string> known);

}  // namespace kahn::app
