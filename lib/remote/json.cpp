#include "remote/json.hpp"

#include <boost/json/parse.hpp>

namespace kahn::remote {

namespace json = boost::json;

std::optional<json::value> parse_json(std::string_view text) {
    json::parse_options strict;
    strict.max_depth = 32;
    boost::system::error_code error;
    json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, strict);
    if (error) return std::nullopt;
    return value;
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    const auto* const text = value ? value->if_string() : nullptr;
    return text ? std::string(*text) : std::string();
}

std::optional<std::int64_t> number_of(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    if (!value) return std::nullopt;
    if (const auto* const number = value->if_int64()) return *number;
    return std::nullopt;
}

bool flag_of(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    const auto* const flag = value ? value->if_bool() : nullptr;
    return flag && *flag;
}

const json::object* object_of(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    return value ? value->if_object() : nullptr;
}

}  // namespace kahn::remote
