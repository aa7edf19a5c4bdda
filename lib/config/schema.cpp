#include <kahn/config/schema.hpp>

#include "config/keys.hpp"
#include "config/pretty_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace kahn::config {
namespace {

namespace json = boost::json;

/// One mapping of the file: its keys, nothing else but the free ones.
template <class T>
json::object mapping(std::span<const KeyRow<T>> rows) {
    json::object properties;
    json::array required;
    for (const KeyRow<T>& row : rows) {
        json::object property = json::parse(row.schema).as_object();
        property["description"] = std::string(row.meaning) + " (" + std::string(row.type) + ")";
        if (row.is_required) {
            required.emplace_back(row.name);
        } else if (!row.fallback.empty()) {
            property["default"] = json::parse(row.fallback);
        }
        properties[row.name] = std::move(property);
    }
    json::object schema;
    schema["type"] = "object";
    schema["properties"] = std::move(properties);
    schema["patternProperties"] = json::object{{"^" + std::string(free_key_prefix), json::object{}}};
    schema["additionalProperties"] = false;
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
}

/// A job has commands, or a workflow and nothing that only commands can use.
constexpr std::string_view one_kind_of_work = R"([
    {"required": ["commands"], "properties": {"github": false}},
    {"required": ["github"], "properties": {"commands": false, "artifacts": false, "reports": false, "working_directory": false, "executor": false, "leftovers": false}}
])";

}  // namespace

std::string json_schema() {
    json::object schema;
    schema["$schema"] = "http://json-schema.org/draft-07/schema#";
    schema["title"] = "kahn pipeline file";
    json::object root = mapping(pipeline_keys());
    for (auto& member : root) schema[member.key()] = std::move(member.value());
    json::object definitions;
    definitions["stage"] = mapping(stage_keys());
    definitions["conditions"] = mapping(condition_keys());
    definitions["reports"] = mapping(report_keys());
    definitions["github"] = mapping(github_keys());
    definitions["executor"] = mapping(executor_keys());
    definitions["job"] = mapping(job_keys());
    definitions["job"].as_object()["oneOf"] = json::parse(one_kind_of_work);
    schema["definitions"] = std::move(definitions);
    return pretty_json(schema);
}

}  // namespace kahn::config
