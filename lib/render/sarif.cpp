#include <kahn/render/diagnostics.hpp>

#include "render/json_text.hpp"
#include "render/source_lines.hpp"

#include <algorithm>
#include <array>

namespace kahn::render {
namespace {

/// A file's name as a relative URI reference (RFC 3986): what stands in a log must not depend on where it was made.
std::string as_uri(std::string_view file) {
    constexpr std::string_view unreserved = "-._~/!$&'()*+,;=@";
    constexpr std::string_view digits = "0123456789ABCDEF";
    if (file == "-") return "stdin";
    std::string uri;
    for (const char c : file) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_alphanumeric = (byte >= '0' && byte <= '9') || ((byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z');
        if (is_alphanumeric || unreserved.find(c) != std::string_view::npos) {
            uri += c;
        } else {
            uri += '%';
            uri += digits[byte >> 4U];
            uri += digits[byte & 0xFU];
        }
    }
    return uri;
}

void append_text(std::string& out, JsonObject& object, std::string_view name, std::string_view text) {
    object.name(name);
    JsonObject(out).text("text", text);
}

void append_location(std::string& out, const std::string& uri, SourceLines& lines, const SourceLocation& location,
                     std::size_t length, std::string_view message) {
    JsonObject object(out);
    object.name("physicalLocation");
    {
        JsonObject physical(out);
        physical.name("artifactLocation");
        JsonObject(out).text("uri", uri);
        if (location.line > 0) {
            const auto columns = lines.code_points(location, length);
            physical.name("region");
            JsonObject region(out);
            region.number("startLine", location.line);
            region.number("startColumn", columns.first);
            region.number("endColumn", columns.end);
        }
    }
    if (!message.empty()) append_text(out, object, "message", message);
}

std::string whole_message(const Diagnostic& diagnostic) {
    std::string text = diagnostic.message;
    for (const std::string& more : {diagnostic.label, diagnostic.help}) {
        if (!more.empty()) text += "\n" + more;
    }
    return text;
}

}  // namespace

SarifLog::SarifLog(std::string_view version, std::span<const RuleText> rules) {
    out_ = "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
           "\"name\":\"kahn\",\"version\":";
    append_json_string(out_, version);
    out_ += ",\"rules\":[";
    for (const RuleText& rule : rules) {
        if (!rule_ids_.empty()) out_ += ',';
        rule_ids_.push_back(rule.id);
        JsonObject object(out_);
        object.text("id", rule.id);
        append_text(out_, object, "shortDescription", rule.title);
        append_text(out_, object, "fullDescription", rule.explanation);
    }
    out_ += "]}},\"columnKind\":\"unicodeCodePoints\",\"results\":[";
}

void SarifLog::add(std::span<const Diagnostic> diagnostics, std::string_view file, std::string_view source) {
    SourceLines lines(source);
    const std::string uri = as_uri(file);
    for (const Diagnostic& diagnostic : diagnostics) {
        if (!is_first_) out_ += ',';
        is_first_ = false;
        JsonObject result(out_);
        if (!diagnostic.code.empty()) result.text("ruleId", diagnostic.code);
        const auto rule = std::find(rule_ids_.begin(), rule_ids_.end(), diagnostic.code);
        if (rule != rule_ids_.end()) result.number("ruleIndex", rule - rule_ids_.begin());
        result.text("level", diagnostic.severity == Diagnostic::Severity::error ? "error" : "warning");
        append_text(out_, result, "message", whole_message(diagnostic));
        result.name("locations");
        out_ += '[';
        append_location(out_, uri, lines, diagnostic.location, diagnostic.length, {});
        out_ += ']';
        if (diagnostic.related.empty()) continue;
        result.name("relatedLocations");
        out_ += '[';
        for (std::size_t i = 0; i < diagnostic.related.size(); ++i) {
            const RelatedPlace& place = diagnostic.related[i];
            if (i > 0) out_ += ',';
            append_location(out_, uri, lines, place.location, place.length, place.message);
        }
        out_ += ']';
    }
}

std::string SarifLog::finish() {
    out_ += "]}]}\n";
    return std::move(out_);
}

}  // namespace kahn::render
