#pragma once

#include <string>

namespace kahn::app {

/// The user's and the project's file as a JSON Schema (draft-07), made from the table of settings. A project's file may say less.
std::string settings_schema();

}  // namespace kahn::app
