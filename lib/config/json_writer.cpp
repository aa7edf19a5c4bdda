#include "config/writers.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>

namespace kahn::config {
namespace {

// As deep as a pipeline, which is 7.
void write(const Document& document, NodeId id, std::size_t indent, std::string& out) {
    if (!document.is_collection(id)) {
        const std::string_view text = document.text(id);
        if (document[id].plain) out += text;
        else out += boost::json::serialize(boost::json::string_view(text));
        return;
    }
    const bool is_mapping = document[id].kind == Node::Kind::mapping;
    if (document.end(id) == id + 1) {
        out += is_mapping ? "{}" : "[]";
        return;
    }
    const std::string line_start = '\n' + std::string(indent + 2, ' ');
    out += is_mapping ? '{' : '[';
    for (NodeId child = id + 1; child != document.end(id); child = document.next(child)) {
        if (child != id + 1) out += ',';
        out += line_start;
        if (is_mapping) {
            write(document, child++, 0, out);
            out += ": ";
        }
        write(document, child, indent + 2, out);
    }
    out += line_start.substr(0, line_start.size() - 2);
    out += is_mapping ? '}' : ']';
}

}  // namespace

std::string write_json(const Document& document) {
    std::string out;
    write(document, 0, 0, out);
    return out += '\n';
}

}  // namespace kahn::config
