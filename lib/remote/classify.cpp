#include "remote/classify.hpp"

#include "remote/ascii.hpp"
#include "remote/hints.hpp"
#include "remote/json.hpp"
#include "remote/redact.hpp"
#include "remote/timestamps.hpp"

#include <algorithm>

namespace kahn::remote {
namespace {

using std::chrono::seconds;

constexpr seconds longest_wait{3600};
constexpr std::size_t longest_snippet = 512;

/// The time that Retry-After names, at least a second and at most an hour.
std::optional<seconds> retry_after(const HttpResponse& response, SystemTime now) {
    const auto header = response.headers.find("retry-after");
    if (!header) return std::nullopt;
    if (const auto number = parse_number(trim(*header))) {
        return seconds{std::clamp<std::int64_t>(*number, 1, longest_wait.count())};
    }
    const auto date = parse_header_date(*header);
    if (!date) return std::nullopt;
    return std::clamp(std::chrono::ceil<seconds>(*date - now), seconds{1}, longest_wait);
}

std::optional<seconds> until_reset(const HttpResponse& response, SystemTime now) {
    const auto reset = parse_number(response.headers.find("x-ratelimit-reset").value_or(""));
    if (!reset || *reset > 9'000'000'000) return std::nullopt;
    const SystemTime at{seconds{*reset}};
    constexpr std::chrono::hours longest_window{24};  // a server whose reset is further away does not mean it
    return std::clamp<seconds>(std::chrono::ceil<seconds>(at - now), seconds{0}, longest_window) + seconds{1};
}

bool is_about_the_secondary_limit(const ErrorBody& body) {
    return contains_ignoring_case(body.message, "secondary rate") || body.documentation_url.ends_with("secondary-rate-limits") ||
           body.documentation_url.ends_with("#abuse-rate-limits");
}

bool is_about_the_version(unsigned status, const ErrorBody& body) {
    if (status == 400) {
        return contains_ignoring_case(body.message, "api version") || contains_ignoring_case(body.message, "x-github-api-version");
    }
    return status == 410 && contains_ignoring_case(body.message, "version");
}

ErrorKind kind_of(unsigned status) {
    switch (status) {
        case 401: return ErrorKind::auth;
        case 403: return ErrorKind::forbidden;
        case 404: return ErrorKind::not_found;
        case 409: return ErrorKind::conflict;
        case 410: return ErrorKind::gone;
        default: return status >= 500 || status == 408 ? ErrorKind::server_error : ErrorKind::rejected;
    }
}

Verdict limited(Verdict verdict, Verdict::Action action, ErrorKind kind, std::optional<seconds> wait) {
    verdict.action = action;
    verdict.failure.kind = kind;
    verdict.wait = wait.value_or(seconds{60});
    verdict.failure.retry_after = verdict.wait;
    return verdict;
}

}  // namespace

ErrorBody parse_error_body(std::string_view text) {
    ErrorBody body;
    const auto value = parse_json(text);
    const auto* const object = value ? value->if_object() : nullptr;
    if (!object) return body;
    body.message = text_of(*object, "message");
    body.documentation_url = text_of(*object, "documentation_url");
    const auto* const errors = object->if_contains("errors");
    const auto* const list = errors ? errors->if_array() : nullptr;
    if (!list) return body;
    constexpr std::size_t most = 10;
    for (std::size_t i = 0; i < std::min(list->size(), most); ++i) {
        const auto& element = (*list)[i];
        std::string detail;
        if (element.is_string()) detail = std::string(element.get_string());
        if (const auto* const fields = element.if_object()) {
            detail = text_of(*fields, "message");
            if (detail.empty()) {
                for (const auto* const name : {"resource", "field", "code"}) {
                    const std::string part = text_of(*fields, name);
                    if (!part.empty()) detail += (detail.empty() ? "" : " ") + part;
                }
            }
        }
        if (!detail.empty()) body.message += (body.message.empty() ? "" : "; ") + detail;
    }
    return body;
}

std::optional<SystemTime> server_date(const HttpResponse& response) {
    const auto header = response.headers.find("date");
    return header ? parse_header_date(*header) : std::nullopt;
}

Verdict classify(const HttpResponse& response, SystemTime local_now, std::string_view secret) {
    using Action = Verdict::Action;
    Verdict verdict;
    const unsigned status = response.status;
    if ((status >= 200 && status < 300) || status == 304) return verdict;
    if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) {
        verdict.action = Action::redirect;
        return verdict;
    }
    const SystemTime now = server_date(response).value_or(local_now);
    const ErrorBody body = parse_error_body(response.body);
    verdict.failure.kind = kind_of(status);
    verdict.failure.http_status = status;
    verdict.failure.request_id = snippet(response.headers.find("x-github-request-id").value_or(""), 100, secret);
    verdict.failure.github_message = snippet(body.message, longest_snippet, secret);
    verdict.failure.text = "HTTP " + std::to_string(status) + " - " +
                           (body.message.empty() ? snippet(response.body, longest_snippet, secret) : verdict.failure.github_message);

    if (status == 403 || status == 429) {
        const bool is_secondary = is_about_the_secondary_limit(body);
        if (const auto wait = retry_after(response, now)) {
            return limited(verdict, Action::wait, is_secondary ? ErrorKind::secondary_limit : ErrorKind::rate_limited, wait);
        }
        if (trim(response.headers.find("x-ratelimit-remaining").value_or("")) == "0") {
            return limited(verdict, Action::wait, ErrorKind::rate_limited, until_reset(response, now));
        }
        if (is_secondary || status == 429) {
            return limited(verdict, Action::back_off, ErrorKind::secondary_limit, std::nullopt);
        }
    }
    if (is_about_the_version(status, body)) {
        verdict.action = Action::downgrade;
        verdict.failure.kind = ErrorKind::api_version;
        return verdict;
    }
    verdict.failure.hint = hint_for(response, verdict.failure.kind);
    if (verdict.failure.kind == ErrorKind::server_error) {
        verdict.action = Action::retry;
        if (const auto wait = retry_after(response, now)) verdict.wait = *wait;
        return verdict;
    }
    verdict.action = Action::give_up;
    return verdict;
}

}  // namespace kahn::remote
