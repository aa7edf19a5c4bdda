#include "store/record_fields.hpp"

#include <kahn/base/error.hpp>

#include <array>
#include <cstdio>

namespace kahn::store {
namespace {

std::string from_base64(std::string_view key, std::string_view text) {
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        if (c == '=') break;
        const auto digit = alphabet.find(c);
        if (digit == std::string_view::npos) refuse_record(key, "no base64");
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xffU);
    }
    return bytes;
}

}  // namespace

void refuse_record(std::string_view key, std::string_view what) {
    throw Error(Errc::workspace_unusable, "'" + std::string(key) + "' is " + std::string(what));
}

std::optional<SystemTime> parse_iso8601(std::string_view text) {
    using namespace std::chrono;
    constexpr std::size_t length = std::string_view("2026-11-23T15:04:05.123456789Z").size();
    int year = 0, hour = 0, minute = 0, second = 0, nanosecond = 0, end = 0;
    unsigned month = 0, day = 0;
    const std::string copy(text);
    if (copy.size() != length ||
        std::sscanf(copy.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%9dZ%n", &year, &month, &day, &hour, &minute, &second, &nanosecond,
                    &end) != 7 || static_cast<std::size_t>(end) != length) {
        return std::nullopt;
    }
    const year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    if (!date.ok()) return std::nullopt;
    const nanoseconds since = sys_days{date}.time_since_epoch() + hours{hour} + minutes{minute} + seconds{second} + nanoseconds{nanosecond};
    return SystemTime{duration_cast<SystemTime::duration>(since)};
}

std::string exact_text(std::string_view key, const boost::json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_object()) {
        const auto* const bytes = value.get_object().if_contains("b64");
        if (bytes && bytes->is_string()) return from_base64(key, bytes->get_string());
    }
    refuse_record(key, "no text");
}

std::optional<SystemTime> Fields::time(std::string_view key) const {
    const auto* const value = object_.if_contains(key);
    if (!value) return std::nullopt;
    const auto time = value->is_string() ? parse_iso8601(value->get_string()) : std::nullopt;
    if (!time) refuse_record(key, "no time");
    return time;
}

std::vector<std::string> Fields::texts(std::string_view key) const {
    std::vector<std::string> all;
    const auto* const value = object_.if_contains(key);
    if (!value) return all;
    if (!value->is_array()) refuse_record(key, "no list");
    for (const auto& element : value->get_array()) all.push_back(exact_text(key, element));
    return all;
}

Variables Fields::variables(std::string_view key) const {
    Variables all;
    const auto* const value = object(key);
    if (!value) return all;
    for (const auto& [name, text] : *value) all.insert_or_assign(std::string(name), exact_text(key, text));
    return all;
}

const boost::json::object* Fields::object(std::string_view key) const {
    const auto* const value = object_.if_contains(key);
    if (!value) return nullptr;
    if (!value->is_object()) refuse_record(key, "no object");
    return &value->get_object();
}

}  // namespace kahn::store
