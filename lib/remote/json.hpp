#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kahn::remote {

/// Strict JSON in valid UTF-8, at most 32 levels deep; nothing for anything else.
std::optional<boost::json::value> parse_json(std::string_view text);

/// Members as the type that is wanted; empty, 0 or nothing if they are missing, null or of another one.
std::string text_of(const boost::json::object& object, std::string_view name);
std::optional<std::int64_t> number_of(const boost::json::object& object, std::string_view name);
bool flag_of(const boost::json::object& object, std::string_view name);
const boost::json::object* object_of(const boost::json::object& object, std::string_view name);

}  // namespace kahn::remote
