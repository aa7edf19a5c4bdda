#pragma once

#include <string>

namespace kahn::config {

/// The pipeline file as a JSON Schema (draft-07, https://json-schema.org/draft-07), for editors: made from the table of keys that
/// the loader reads by.
///
/// It accepts every file that the loader accepts. What a schema cannot say (cycles, names given twice, expressions) the
/// loader alone refuses; text that YAML would take for a number or a boolean is text to both.
std::string json_schema();

}  // namespace kahn::config
