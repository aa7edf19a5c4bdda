#include "config/pretty_json.hpp"

#include <boost/json/serialize.hpp>

namespace kahn::config {
namespace {

namespace json = boost::json;

void append_pretty(std::string& out, const json::value& value, std::size_t indent) {
    const auto is_small = [](const std::string& text) { return text.size() <= 100; };
    const std::string flat = json::serialize(value);
    if (!value.is_structured() || is_small(flat)) {
        out += flat;
        return;
    }
    const std::string lead(indent + 2, ' ');
    const char* separator = "\n";
    if (const auto* const object = value.if_object()) {
        out += '{';
        for (const auto& member : *object) {
            out.append(separator).append(lead).append(json::serialize(member.key())).append(": ");
            append_pretty(out, member.value(), indent + 2);
            separator = ",\n";
        }
        out.append("\n").append(indent, ' ').append("}");
    } else {
        out += '[';
        for (const json::value& entry : value.as_array()) {
            out.append(separator).append(lead);
            append_pretty(out, entry, indent + 2);
            separator = ",\n";
        }
        out.append("\n").append(indent, ' ').append("]");
    }
}

}  // namespace

std::string pretty_json(const json::value& value) {
    std::string out;
    append_pretty(out, value, 0);
    return out += '\n';
}

}  // namespace kahn::config
