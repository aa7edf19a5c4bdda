#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn::testing {

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

inline bool same_name(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(left, right, [lower](char a, char b) { return lower(a) == lower(b); });
}

/// The first value of a field.
inline std::optional<std::string> find_header(const HeaderFields& fields, std::string_view name) {
    for (const auto& [field, value] : fields) {
        if (same_name(field, name)) return value;
    }
    return std::nullopt;
}

/// A request without its connection.
struct Request {
    Request() = default;
    Request(std::string method_, std::string target_) : method(std::move(method_)), target(std::move(target_)) {}

    std::optional<std::string> header(std::string_view name) const { return find_header(headers, name); }

    std::string method = "GET";
    std::string target;
    HeaderFields headers;
    std::string body;
};
static_assert(!std::is_aggregate_v<Request>);

/// A response without its connection; Content-Length and the like are the wire's business.
struct Response {
    Response() = default;
    explicit Response(unsigned status_, std::string body_ = {}) : status(status_), body(std::move(body_)) {}

    std::optional<std::string> header(std::string_view name) const { return find_header(headers, name); }
    /// Replaces every field of that name; an empty value only removes.
    void set(std::string_view name, std::string value) {
        std::erase_if(headers, [name](const auto& field) { return same_name(field.first, name); });
        if (!value.empty()) headers.emplace_back(name, std::move(value));
    }

    unsigned status = 200;
    HeaderFields headers;
    std::string body;
};
static_assert(!std::is_aggregate_v<Response>);

}  // namespace kahn::testing
