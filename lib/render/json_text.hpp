#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace kahn::render {

/// Appends `text` as a JSON string, quotes included. What is not UTF-8 becomes U+FFFD; control characters, DEL and C1 are
/// escaped, so that the line is harmless in a terminal as well.
/// \return whether all of it was UTF-8
bool append_json_string(std::string& out, std::string_view text);

template <std::integral Number>
void append_number(std::string& out, Number number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}

/// Writes one JSON object, member by member, straight into a string.
///
/// Keys are written as they are: they come from this program.
class JsonObject {
public:
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
    ~JsonObject() { out_ += '}'; }
    JsonObject(const JsonObject&) = delete;
    JsonObject& operator=(const JsonObject&) = delete;

    bool text(std::string_view key, std::string_view value) {
        name(key);
        return append_json_string(out_, value);
    }
    /// Null where there is nothing to say.
    void text_or_null(std::string_view key, std::string_view value) {
        if (value.empty()) {
            null(key);
        } else {
            text(key, value);
        }
    }
    template <std::integral Number>
    void number(std::string_view key, Number value) {
        name(key);
        append_number(out_, value);
    }
    void boolean(std::string_view key, bool value) {
        name(key);
        out_ += value ? "true" : "false";
    }
    void null(std::string_view key) {
        name(key);
        out_ += "null";
    }
    void texts(std::string_view key, std::span<const std::string> values) {
        name(key);
        out_ += '[';
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i > 0) out_ += ',';
            append_json_string(out_, values[i]);
        }
        out_ += ']';
    }
    /// For a value that the caller appends itself, right after.
    void name(std::string_view key) {
        // In one piece: every event has dozens of names.
        const std::size_t before = out_.size();
        out_.resize(before + key.size() + (is_first_ ? 3 : 4));
        char* at = out_.data() + before;
        if (!is_first_) *at++ = ',';
        is_first_ = false;
        *at++ = '"';
        at = std::copy(key.begin(), key.end(), at);
        *at++ = '"';
        *at = ':';
    }

private:
    std::string& out_;
    bool is_first_ = true;
};

}  // namespace kahn::render
