#pragma once

#include "config/document.hpp"
#include "config/report.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace kahn::config {

/// Reads YAML 1.2 by yaml-cpp's events: aliases are copied in, `<<` merges, plain scalars keep the text that was
/// written.
///
/// Nothing if the text could not be read; the reason is in the report, as duplicate keys are.
/// \par Object lifetimes
/// The document refers to the text.
std::optional<Document> read_yaml(std::string_view text, Report& report);

/// Reads JSON by Boost.JSON's events. The document is typed: numbers keep their text. See read_yaml().
std::optional<Document> read_json(std::string_view text, Report& report);

/// A JSON value as a document without text. After a failure it is the part that was read.
Document read_value(const boost::json::value& value, Report& report);

/// The first byte that no pipeline file may hold: broken UTF-8, a control character other than tab and line ends.
bool check_encoding(std::string_view text, Report& report);

}  // namespace kahn::config
