#include "config/document_builder.hpp"
#include "config/readers.hpp"

#include <array>
#include <charconv>
#include <string>

namespace kahn::config {
namespace {

std::string number_text(double number) {
    std::array<char, 32> text;
    const auto result = std::to_chars(text.data(), text.data() + text.size(), number);
    return {text.data(), result.ptr};
}

// As deep as the builder allows.
void add(const boost::json::value& value, DocumentBuilder& builder) {
    switch (value.kind()) {
        case boost::json::kind::null: builder.null({}, {}); break;
        case boost::json::kind::bool_: builder.literal(value.get_bool() ? "true" : "false"); break;
        case boost::json::kind::int64: builder.literal(std::to_string(value.get_int64())); break;
        case boost::json::kind::uint64: builder.literal(std::to_string(value.get_uint64())); break;
        case boost::json::kind::double_: builder.literal(number_text(value.get_double())); break;
        case boost::json::kind::string: builder.text(std::string_view(value.get_string())); break;
        case boost::json::kind::array:
            builder.begin_sequence({});
            for (const boost::json::value& item : value.get_array()) add(item, builder);
            builder.end();
            break;
        case boost::json::kind::object:
            builder.begin_mapping({});
            for (const auto& [key, item] : value.get_object()) {
                builder.text(std::string_view(key));
                add(item, builder);
            }
            builder.end();
            break;
    }
}

}  // namespace

Document read_value(const boost::json::value& value, Report& report) {
    DocumentBuilder builder = DocumentBuilder::for_value(report);
    try {
        add(value, builder);
    } catch (const ReadFailure& failure) {
        report.add(failure.problem);
    }
    return builder.finish();
}

}  // namespace kahn::config
