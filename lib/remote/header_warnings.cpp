#include "remote/header_warnings.hpp"

#include "remote/ascii.hpp"
#include "remote/classify.hpp"
#include "remote/timestamps.hpp"

#include "base/text.hpp"

#include <chrono>

namespace kahn::remote {
namespace {

std::string header(const HttpResponse& response, std::string_view name) {
    constexpr std::size_t longest = 100;
    return printable(std::string_view(response.headers.find(name).value_or("")).substr(0, longest));
}

/// `in 3 days`, `in 5 hours`
std::string how_soon(SystemTime::duration left) {
    const auto hours = std::chrono::floor<std::chrono::hours>(left).count();
    if (hours < 1) return "within the hour";
    if (hours < 48) return "in " + std::to_string(hours) + (hours == 1 ? " hour" : " hours");
    return "in " + std::to_string(hours / 24) + " days";
}

/// `@1688169599` (RFC 9745) as a date; anything else as it was sent.
std::string date_of(const std::string& text) {
    const auto seconds = text.starts_with('@') ? parse_number(text.substr(1)) : std::nullopt;
    if (!seconds || *seconds > 9'000'000'000) return text;
    return to_header_date(SystemTime{std::chrono::seconds{*seconds}});
}

}  // namespace

std::vector<HeaderWarning> warnings_in(const HttpResponse& response, SystemTime local_now) {
    std::vector<HeaderWarning> warnings;
    const SystemTime now = server_date(response).value_or(local_now);
    const std::string expiration = header(response, "github-authentication-token-expiration");
    const auto expires = parse_header_date(expiration);
    constexpr std::chrono::hours soon{24 * 7};
    if (expires && *expires - now <= soon) {
        const std::string when = *expires <= now ? "has expired" : "expires " + how_soon(*expires - now);
        warnings.emplace_back("token " + expiration, "the token " + when + ", at " + expiration);
    }
    const std::string deprecation = header(response, "deprecation");
    const std::string sunset = header(response, "sunset");
    if (!deprecation.empty() || !sunset.empty()) {
        std::string text = "the server is going to drop what was asked for, or this version of its interface";
        if (!deprecation.empty()) text += "; deprecated: " + date_of(deprecation);
        if (!sunset.empty()) text += "; gone after: " + sunset;
        warnings.emplace_back("deprecation " + deprecation + sunset, text);
    }
    return warnings;
}

}  // namespace kahn::remote
