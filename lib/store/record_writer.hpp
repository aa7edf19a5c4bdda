#pragma once

#include <kahn/base/time.hpp>
#include <kahn/model/pipeline.hpp>

#include "base/iso8601.hpp"
#include "base/text.hpp"
#include "render/json_text.hpp"

#include <chrono>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kahn::store {

/// Text as JSON from which the very bytes can be had back: a string, or `{"b64": ...}` for what is not UTF-8.
inline void append_exact_text(std::string& out, std::string_view text) {
    const std::size_t before = out.size();
    if (render::append_json_string(out, text)) return;
    out.resize(before);
    render::JsonObject(out).text("b64", to_base64(text));
}

/// Writes one object whose members are left out where they have nothing to say.
class SparseObject {
public:
    explicit SparseObject(std::string& out) : out_(out), object_(out) {}

    void text(std::string_view key, std::string_view value) {
        if (value.empty()) return;
        object_.name(key);
        append_exact_text(out_, value);
    }
    template <std::integral Number>
    void number(std::string_view key, Number value) {
        if (value != 0) object_.number(key, value);
    }
    /// A number for which zero says something.
    template <std::integral Number>
    void number(std::string_view key, const std::optional<Number>& value) {
        if (value) object_.number(key, *value);
    }
    void claim(std::string_view key, bool value) {
        if (value) object_.boolean(key, true);
    }
    template <class Rep, class Period>
    void count(std::string_view key, std::chrono::duration<Rep, Period> value) {
        number(key, value.count());
    }
    void time(std::string_view key, const std::optional<SystemTime>& value) {
        if (value) object_.text(key, Iso8601(*value));
    }
    void texts(std::string_view key, std::span<const std::string> values) {
        list(key, values, [this](const std::string& value) { append_exact_text(out_, value); });
    }
    void variables(std::string_view key, const Variables& values) {
        if (values.empty()) return;
        object_.name(key);
        char before = '{';
        for (const auto& [name, value] : values) {
            out_ += before;
            before = ',';
            render::append_json_string(out_, name);
            out_ += ':';
            append_exact_text(out_, value);
        }
        out_ += '}';
    }
    /// \param each appends one element
    template <class Range, class Each>
    void list(std::string_view key, const Range& range, Each each) {
        if (range.empty()) return;
        object_.name(key);
        char before = '[';
        for (const auto& element : range) {
            out_ += before;
            before = ',';
            each(element);
        }
        out_ += ']';
    }
    /// For a value that the caller appends itself, right after.
    void name(std::string_view key) { object_.name(key); }

private:
    std::string& out_;
    render::JsonObject object_;
};

}  // namespace kahn::store
