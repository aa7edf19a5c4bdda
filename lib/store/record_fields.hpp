#pragma once

#include <kahn/base/time.hpp>
#include <kahn/model/pipeline.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::store {

/// \throws Error (workspace_unusable): the record is not what it should be
[[noreturn]] void refuse_record(std::string_view key, std::string_view what);

/// `2026-11-23T15:04:05.123456789Z` as to_iso8601() writes it.
std::optional<SystemTime> parse_iso8601(std::string_view text);

/// Text as append_exact_text() wrote it.
std::string exact_text(std::string_view key, const boost::json::value& value);

/// Reads members of one object that may be missing. Each throws Error (workspace_unusable) for a value of the wrong kind.
class Fields {
public:
    explicit Fields(const boost::json::object& object) : object_(object) {}

    std::string text(std::string_view key) const {
        const auto* const value = object_.if_contains(key);
        return value ? exact_text(key, *value) : std::string();
    }
    template <std::integral Number>
    std::optional<Number> maybe_number(std::string_view key) const {
        const auto* const value = object_.if_contains(key);
        if (!value) return std::nullopt;
        boost::system::error_code error;
        const auto number = value->to_number<Number>(error);
        if (error) refuse_record(key, "no number in range");
        return number;
    }
    template <std::integral Number>
    Number number(std::string_view key) const {
        return maybe_number<Number>(key).value_or(Number{0});
    }
    bool claim(std::string_view key) const {
        const auto* const value = object_.if_contains(key);
        if (!value) return false;
        if (!value->is_bool()) refuse_record(key, "neither true nor false");
        return value->get_bool();
    }
    template <class Duration>
    Duration count(std::string_view key) const {
        return Duration{number<std::int64_t>(key)};
    }
    std::optional<SystemTime> time(std::string_view key) const;
    std::vector<std::string> texts(std::string_view key) const;
    Variables variables(std::string_view key) const;
    /// Null if there is none.
    const boost::json::object* object(std::string_view key) const;
    /// Calls `each` with every element, which must be an object.
    template <class Each>
    void list(std::string_view key, Each each) const {
        const auto* const value = object_.if_contains(key);
        if (!value) return;
        if (!value->is_array()) refuse_record(key, "no list");
        for (const auto& element : value->get_array()) {
            if (!element.is_object()) refuse_record(key, "not a list of objects");
            each(element.get_object());
        }
    }

private:
    const boost::json::object& object_;
};

}  // namespace kahn::store
