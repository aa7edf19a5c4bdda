#include "config/document_builder.hpp"
#include "config/readers.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace kahn::config {
namespace {

/// Boost.JSON's events to nodes. The events carry no positions, so the handler walks the text alongside: between one
/// event and the next there is only white space, a comma or a colon, as the parser has seen already.
class JsonHandler {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    JsonHandler(std::string_view text, Report& report) : text_(text), builder_(text, true, report) {}

    DocumentBuilder& builder() { return builder_; }

    using error_code = boost::json::error_code;
    using string_view = boost::json::string_view;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_array_begin(error_code&) { return builder_.begin_sequence(take(1)), true; }
    bool on_array_end(std::size_t, error_code&) { return close(); }
    bool on_object_begin(error_code&) { return builder_.begin_mapping(take(1)), true; }
    bool on_object_end(std::size_t, error_code&) { return close(); }

    bool on_string_part(string_view part, std::size_t, error_code&) { return keep(part); }
    bool on_string(string_view part, std::size_t, error_code&) { return string(part); }
    bool on_key_part(string_view part, std::size_t, error_code&) { return keep(part); }
    bool on_key(string_view part, std::size_t, error_code&) { return string(part); }

    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, string_view, error_code&) { return number(); }
    bool on_uint64(std::uint64_t, string_view, error_code&) { return number(); }
    bool on_double(double, string_view, error_code&) { return number(); }
    bool on_bool(bool value, error_code&) { return literal(value ? "true" : "false"); }
    bool on_null(error_code&) {
        builder_.null(take(4), {});
        return true;
    }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

private:
    /// The next token, of which the length is known.
    Span take(std::size_t length) {
        while (at_ < text_.size() && is_between_tokens(text_[at_])) ++at_;
        const Span span{static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(length)};
        at_ += length;
        return span;
    }

    bool close() {
        take(1);
        builder_.end();
        return true;
    }

    static bool is_between_tokens(char c) { return c == ' ' || c == ',' || c == ':' || c == '\n' || c == '\t' || c == '\r'; }

    bool keep(string_view part) {
        unfinished_.append(part.data(), part.size());
        return true;
    }

    /// Where the text has these bytes, if they are its own rather than a copy that the parser made.
    std::optional<std::size_t> place_of(string_view part) const {
        const std::less_equal<const char*> is_before;
        const bool is_inside = is_before(text_.data(), part.data()) && is_before(part.data() + part.size(), text_.data() + text_.size());
        return is_inside ? std::optional(static_cast<std::size_t>(part.data() - text_.data())) : std::nullopt;
    }

    bool string(string_view last_part) {
        // In one piece it has no escapes, so its quotes stand directly around it.
        const auto place = unfinished_.empty() ? place_of(last_part) : std::nullopt;
        if (place && *place > at_ && text_[*place - 1] == '"') {
            const auto begin = static_cast<std::uint32_t>(*place);
            builder_.scalar({begin - 1, static_cast<std::uint32_t>(last_part.size()) + 2}, begin, last_part, false);
            at_ = *place + last_part.size() + 1;
            return true;
        }
        keep(last_part);
        Span span = take(1);
        while (text_[at_] != '"') {
            at_ = text_.find_first_of("\"\\", at_);
            if (text_[at_] == '\\') at_ += 2;
        }
        ++at_;
        span.length = static_cast<std::uint32_t>(at_) - span.offset;
        builder_.scalar(span, span.offset + 1, unfinished_, false);
        unfinished_.clear();
        return true;
    }

    bool number() {
        const Span start = take(0);
        at_ = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
        return plain({start.offset, static_cast<std::uint32_t>(at_) - start.offset});
    }

    bool literal(std::string_view word) { return plain(take(word.size())); }

    bool plain(Span span) {
        builder_.scalar(span, span.offset, text_.substr(span.offset, span.length), true);
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string unfinished_;  // of a string that comes in parts
    DocumentBuilder builder_;
};

std::string words_for(const boost::json::error_code& error) {
    if (error == boost::json::error::incomplete) return "the text ends too early";
    if (error == boost::json::error::extra_data) return "something follows the end of the document";
    if (error == boost::json::error::syntax) return "this character cannot stand here";
    return error.message();
}

}  // namespace

std::optional<Document> read_json(std::string_view text, Report& report) {
    if (!check_encoding(text, report)) return std::nullopt;
    boost::json::parse_options options;
    options.max_depth = 2 * DocumentBuilder::max_depth;  // the builder is first to refuse
    boost::json::basic_parser<JsonHandler> parser(options, text, report);
    try {
        boost::json::error_code error;
        const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
        if (!error && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) {
            error = boost::json::error::extra_data;
        }
        if (!error) return parser.handler().builder().finish();
        const auto at = static_cast<std::uint32_t>(std::min(text.find_first_not_of(" \t\r\n", read), text.size()));
        report.add(Problem(error == boost::json::error::extra_data ? Code::several_documents : Code::json_syntax,
                           {at, 1}, "not JSON: " + words_for(error)));
    } catch (const ReadFailure& failure) {
        report.add(failure.problem);
    }
    return std::nullopt;
}

}  // namespace kahn::config
