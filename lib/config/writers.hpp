#pragma once

#include "config/document.hpp"

#include <string>

namespace kahn::config {

/// YAML in block style, with quotes where a text would read as something else.
/// \pre a document made by DocumentBuilder::for_value() whose root is a mapping
std::string write_yaml(const Document& document);

/// JSON, indented by two.
/// \pre as for write_yaml()
std::string write_json(const Document& document);

}  // namespace kahn::config
