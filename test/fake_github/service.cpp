#include "fake_github/service.hpp"

#include "fake_github/dates.hpp"
#include "fake_github/digest.hpp"
#include "fake_github/dispatch.hpp"
#include "fake_github/problems.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace kahn::testing {

namespace {

/// A token as it stands in `Bearer TOKEN` or `token TOKEN`.
std::string token_text(const Request& request) {
    const auto field = request.header("Authorization");
    if (!field) return {};
    const auto space = field->find(' ');
    if (space == std::string::npos) return {};
    const auto scheme = std::string_view(*field).substr(0, space);
    return same_name(scheme, "bearer") || same_name(scheme, "token") ? field->substr(space + 1) : std::string();
}

/// `W/"a", "b"` or `*`; compared weakly.
bool any_tag_matches(std::string_view tags, std::string_view etag) {
    const auto strong = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
    while (!tags.empty()) {
        const auto comma = tags.find(',');
        auto tag = tags.substr(0, comma);
        while (!tag.empty() && (tag.front() == ' ' || tag.front() == '\t')) tag.remove_prefix(1);
        while (!tag.empty() && (tag.back() == ' ' || tag.back() == '\t')) tag.remove_suffix(1);
        if (tag == "*" || strong(tag) == strong(etag)) return true;
        if (comma == std::string_view::npos) return false;
        tags.remove_prefix(comma + 1);
    }
    return false;
}

bool is_dispatch(const Target& target, const Request& request) {
    return request.method == "POST" && !target.segments.empty() && target.segments.back() == "dispatches";
}

/// As long as the real one, which is beyond 2.5 KB.
const std::string& content_security_policy() {
    static const std::string policy = [] {
        std::string text = "default-src 'none'; base-uri 'self'; child-src github.githubassets.com; connect-src 'self'";
        for (int i = 0; text.size() < 2600; ++i) text += " https://endpoint-" + std::to_string(i) + ".githubassets.example";
        return text + "; frame-ancestors 'none'; upgrade-insecure-requests";
    }();
    return policy;
}

Response secondary_limit(const Limits& limits) {
    const std::string_view wait =
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub "
        "Support for help, please include the request ID 0001:3E2A.";
    const std::string_view blocked =
        "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your "
        "request again later.";
    const bool is_creation = limits.secondary_is_content_creation;
    auto response = problem(limits.secondary_status, is_creation ? blocked : wait,
                            is_creation ? "https://docs.github.com/rest/overview/resources-in-the-rest-api#abuse-rate-limits"
                                        : "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits");
    if (limits.secondary_retry_after) response.set("Retry-After", std::to_string(*limits.secondary_retry_after));
    return response;
}

}  // namespace

void Service::set_urls(Urls urls) {
    urls_ = std::move(urls);
    forget();
}

Response Service::answer_blob(const Request& request, Milliseconds now) {
    auto response = blobs_.answer(request, now);
    response.set("Date", http_date(world_.wall(now)));
    response.set("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0");
    response.set("x-ms-request-id", "blob-" + std::to_string(++requests_));
    return response;
}

Response Service::answer_api(const Request& request, Milliseconds now) {
    ++requests_;
    Target target(request.target);
    const auto text = token_text(request);
    const auto known = std::ranges::find(world_.tokens, text, &Token::text);
    const Token* token = known == world_.tokens.end() || text.empty() ? nullptr : &*known;
    Call call(world_, urls_, request, target, token, now);
    call.api_version = request.header("X-GitHub-Api-Version").value_or("2022-11-28");

    const auto limit = token ? world_.limits.limit : world_.limits.anonymous_limit;
    Quota* quota = nullptr;
    if (!world_.limits.are_off) {
        quota = &world_.quotas[token ? token->text : std::string()];
        if (now >= quota->resets) {
            quota->used = 0;
            quota->resets = now + world_.limits.window;
        }
    }
    const auto answered = [this, &call, quota, limit](Response response) {
        decorate(call, response, quota, limit);
        return response;
    };
    const auto agent = request.header("User-Agent");
    if (!agent || agent->empty()) {
        Response response(403, "\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent header "
                               "(https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). Check "
                               "https://developer.github.com for other possible causes.\r\n");
        response.set("Content-Type", "text/html");
        return answered(std::move(response));
    }
    if (std::ranges::find(world_.retired_versions, call.api_version) != world_.retired_versions.end()) {
        return answered(problem(410, "This version of the API, " + call.api_version + ", is no longer supported.",
                                "https://docs.github.com/rest/overview/api-versions"));
    }
    if (std::ranges::find(world_.api_versions, call.api_version) == world_.api_versions.end()) {
        return answered(problem(400, "'" + call.api_version + "' is not a supported API version.",
                                "https://docs.github.com/rest/overview/api-versions"));
    }
    if (world_.limits.secondary_until && now < *world_.limits.secondary_until) return answered(secondary_limit(world_.limits));
    const bool is_free = target.path == urls_.prefix + "/rate_limit";
    if (quota && !is_free) {
        if (quota->used >= limit) {
            const auto whose = token ? "user ID " + std::to_string(token->user_id) : std::string("127.0.0.1");
            return answered(problem(world_.limits.primary_status, "API rate limit exceeded for " + whose + ".",
                                    "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"));
        }
        ++quota->used;
    }
    if (is_dispatch(target, request)) {
        if (auto body = read_dispatch_body(call); body.refusal) return answered(std::move(*body.refusal));
    }
    if (request.header("Authorization") && !token) return answered(problem(401, "Bad credentials"));
    if (!token && !world_.is_anonymous_allowed) return answered(problem(401, "Requires authentication"));

    auto response = answer_known(call);
    if (response.status == 200 && request.method == "GET") make_conditional(call, response, quota);
    return answered(std::move(response));
}

Response Service::answer_known(Call& call) {
    const auto& prefix = urls_.prefix;
    if (!prefix.empty() && !call.target.path.starts_with(prefix + "/")) return not_found();
    return route(call);
}

void Service::make_conditional(const Call& call, Response& response, Quota* quota) {
    const auto etag = "W/\"" + sha256(response.body) + "\"";
    response.set("ETag", etag);
    response.set("Cache-Control", call.token ? "private, max-age=60, s-maxage=60" : "public, max-age=60, s-maxage=60");
    const auto tags = call.request.header("If-None-Match");
    if (!tags || !any_tag_matches(*tags, etag)) return;
    response.status = 304;
    response.body.clear();
    response.set("Content-Type", "");
    if (quota && call.target.path != urls_.prefix + "/rate_limit") --quota->used;
}

void Service::decorate(const Call& call, Response& response, Quota* quota, std::int64_t limit) {
    std::array<char, 32> id{};
    std::snprintf(id.data(), id.size(), "%04llX:3E2A:1F00D", static_cast<unsigned long long>(requests_));
    response.set("Date", http_date(world_.wall(call.now)));
    response.set("Server", "github.com");
    response.set("X-GitHub-Request-Id", id.data());
    response.set("X-GitHub-Media-Type", "github.v3; format=json");
    response.set("x-github-api-version-selected", call.api_version);
    if (quota) {
        const auto used = std::min(quota->used, limit);
        response.set("X-RateLimit-Limit", std::to_string(limit));
        response.set("X-RateLimit-Remaining", std::to_string(limit - used));
        response.set("X-RateLimit-Used", std::to_string(used));
        response.set("X-RateLimit-Reset", std::to_string(epoch_seconds(world_.wall(quota->resets))));
        response.set("X-RateLimit-Resource", "core");
    }
    if (call.token) {
        if (!call.token->scopes.empty()) {
            response.set("X-OAuth-Scopes", call.token->scopes);
            response.set("X-Accepted-OAuth-Scopes", "repo");
        }
        response.set("github-authentication-token-expiration", call.token->expiration);
    }
    if (!world_.deprecation.empty()) response.set("Deprecation", world_.deprecation);
    if (!world_.sunset.empty()) response.set("Sunset", world_.sunset);
    if (!world_.ghes_version.empty()) response.set("X-GitHub-Enterprise-Version", world_.ghes_version);
    response.set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With");
    response.set("Access-Control-Allow-Origin", "*");
    response.set("Access-Control-Expose-Headers",
                 "ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, "
                 "X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, X-Poll-Interval, "
                 "X-GitHub-Media-Type, X-GitHub-SSO, X-GitHub-Request-Id, Deprecation, Sunset");
    response.set("Strict-Transport-Security", "max-age=31536000; includeSubdomains; preload");
    response.set("X-Frame-Options", "deny");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("X-XSS-Protection", "0");
    response.set("Referrer-Policy", "origin-when-cross-origin, strict-origin-when-cross-origin");
    if (world_.sends_long_headers) response.set("Content-Security-Policy", content_security_policy());
}

}  // namespace kahn::testing
