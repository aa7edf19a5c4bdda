#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace kahn::config {

/// Indented, because people read it; with a line end.
std::string pretty_json(const boost::json::value& value);

}  // namespace kahn::config
