#include "settings_schema.hpp"

#include "settings.hpp"

#include "config/fields.hpp"
#include "config/pretty_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace kahn::app {
namespace {

namespace json = boost::json;

json::object schema_of(const SettingRow& row) {
    json::object schema;
    switch (row.kind) {
        case SettingKind::count: schema = {{"type", "integer"}, {"minimum", 0}, {"maximum", most_workers}}; break;
        case SettingKind::flag: schema = {{"type", "boolean"}}; break;
        case SettingKind::duration: schema = json::parse(config::fields::Delay::schema).as_object(); break;
        case SettingKind::word: {
            json::array words;
            for (const std::string& word : row.words) words.emplace_back(word);
            schema["enum"] = std::move(words);
            break;
        }
        case SettingKind::path:
        case SettingKind::url: schema = {{"type", json::array{"string", "number", "boolean"}}, {"minLength", 1}}; break;
    }
    const bool is_literal = row.kind == SettingKind::count || row.kind == SettingKind::flag;
    schema["description"] = std::string(row.meaning) + (row.is_personal ? " (not in a project's file)" : "");
    if (!row.fallback.empty()) schema["default"] = is_literal ? json::parse(row.fallback) : json::value(row.fallback);
    return schema;
}

}  // namespace

std::string settings_schema() {
    json::object properties;
    for (const SettingRow& row : setting_rows()) properties[row.name] = schema_of(row);
    json::object schema;
    schema["$schema"] = "http://json-schema.org/draft-07/schema#";
    schema["title"] = "kahn settings";
    schema["type"] = json::array{"object", "null"};  // a file may hold nothing but comments
    schema["properties"] = std::move(properties);
    schema["additionalProperties"] = false;
    return config::pretty_json(schema);
}

}  // namespace kahn::app
