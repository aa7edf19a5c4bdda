#pragma once

#include <kahn/model/pipeline.hpp>

#include <string>

namespace kahn::app {

struct Console;

/// Reads a pipeline file, `-` for standard input, and says its warnings.
/// \throws ConfigError with every diagnostic
Pipeline read_pipeline(const std::string& file, Console& console);

}  // namespace kahn::app
