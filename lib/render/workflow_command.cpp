#include "render/workflow_command.hpp"

namespace kahn::render {
namespace {

/// A property ends at a comma or colon as well.
void append_escaped(std::string& out, std::string_view text, bool is_property) {
    for (const char c : text) {
        switch (c) {
            case '%': out += "%25"; break;
            case '\r': out += "%0D"; break;
            case '\n': out += "%0A"; break;
            case ':': out += is_property ? "%3A" : ":"; break;
            case ',': out += is_property ? "%2C" : ","; break;
            default: out += c;
        }
    }
}

}  // namespace

void append_command_data(std::string& out, std::string_view text) { append_escaped(out, text, false); }

void append_command_property(std::string& out, std::string_view name, std::string_view value) {
    out += out.back() == ' ' ? "" : ",";
    out.append(name).append("=");
    append_escaped(out, value, true);
}

}  // namespace kahn::render
