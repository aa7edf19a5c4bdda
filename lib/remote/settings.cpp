#include "remote/settings.hpp"

#include <kahn/version.hpp>

#include "remote/ascii.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace kahn::remote {
namespace {

constexpr std::string_view default_base_url = "https://api.github.com";

/// The first variable that is set to something.
std::string first_of(const Environment& environment, std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
        const auto value = environment(name);
        if (value && !value->empty()) return *value;
    }
    return {};
}

bool is_github_com(const std::string& host) {
    return host == "github.com" || host == "api.github.com" || host.ends_with(".github.com") || host == "ghe.com" ||
           host.ends_with(".ghe.com");
}

bool answers_at_api(const std::string& host) { return host.starts_with("api.") || host.find(".api.") != std::string::npos; }

/// Nothing, or a number that a port may have.
bool is_port(const std::string& text) {
    const auto number = parse_number(text);
    return text.empty() || (number && *number >= 1 && *number <= 65535);
}

/// The token that `gh` would use for the host, and for no other.
std::string host_token(const Environment& environment, const Url& base) {
    if (is_github_com(base.host)) return first_of(environment, {"GH_TOKEN", "GITHUB_TOKEN"});
    return first_of(environment, {"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"});
}

}  // namespace

Environment process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        const char* const value = std::getenv(std::string(name).c_str());
        return value ? std::optional<std::string>(value) : std::nullopt;
    };
}

std::variant<Url, RemoteFailure> parse_base_url(std::string_view text) {
    const std::string_view trimmed = trim(text);
    const bool has_scheme = trimmed.find("://") != std::string_view::npos;
    const auto parsed = parse_url(has_scheme ? std::string(trimmed) : "https://" + std::string(trimmed));
    if (!parsed || parsed->target.find('?') != std::string::npos) {
        // What was given may hold a password: it is not repeated.
        RemoteFailure failure(ErrorKind::invalid_argument, "the address of the server is no http or https URL");
        failure.hint = "write it as https://api.github.com or as the name of a GitHub Enterprise Server";
        return failure;
    }
    Url base = *parsed;
    while (base.target.ends_with('/')) base.target.pop_back();
    if (base.host == "github.com" || base.host == "www.github.com") base.host = "api.github.com";
    const bool is_tenant = base.host.ends_with(".ghe.com") && !base.host.starts_with("api.");
    if (is_tenant) base.host = "api." + base.host;
    const bool needs_prefix = !answers_at_api(base.host) && !base.target.ends_with("/api/v3") && !base.is_loopback();
    if (needs_prefix) base.target += "/api/v3";
    return base;
}

ServerKind server_kind(const Url& base) {
    return base.target.ends_with("/api/v3") ? ServerKind::enterprise : ServerKind::cloud;
}

bool is_valid_token(std::string_view token) noexcept {
    return std::all_of(token.begin(), token.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte < 0x7F;
    });
}

std::variant<Settings, RemoteFailure> resolve_settings(RemoteOptions options) {
    const Environment environment = options.environment ? options.environment : process_environment();
    std::string address = options.base_url;
    if (address.empty()) address = first_of(environment, {"CI_CD_API_URL", "GITHUB_API_URL"});
    if (address.empty()) address = std::string(default_base_url);
    auto base = parse_base_url(address);
    if (auto* const failure = std::get_if<RemoteFailure>(&base)) return *failure;

    Settings settings;
    settings.base = std::get<Url>(base);
    settings.kind = server_kind(settings.base);
    std::string token = options.api_token.reveal();
    if (token.empty()) token = first_of(environment, {"CI_CD_API_TOKEN"});
    if (token.empty()) token = host_token(environment, settings.base);
    if (!is_valid_token(token)) {
        return RemoteFailure(ErrorKind::invalid_argument, "the token has a line end, a blank or another character that no token has");
    }
    if (!settings.base.is_https() && !settings.base.is_loopback()) {
        if (!token.empty()) {
            RemoteFailure failure(ErrorKind::invalid_argument,
                                  "a token is never sent over plain http to " + settings.base.host);
            failure.hint = "use https";
            return failure;
        }
        if (!options.network.insecure_http) {
            RemoteFailure failure(ErrorKind::invalid_argument, "plain http to " + settings.base.host + " is not used");
            failure.hint = "use https, or allow plain http by an option of its own";
            return failure;
        }
    }
    for (const HostOverride& entry : options.network.overrides) {
        if (!is_port(entry.port) || !is_port(entry.to_port)) {
            return RemoteFailure(ErrorKind::invalid_argument, "the place of " + printable(entry.host) + " has a port that is none");
        }
    }
    settings.token = Secret(std::move(token));
    options.api_token = Secret();
    auto& network = options.network;
    if (network.https_proxy.empty()) {
        network.https_proxy = first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    }
    if (network.no_proxy.empty()) network.no_proxy = first_of(environment, {"no_proxy", "NO_PROXY"});
    if (options.user_agent.empty()) options.user_agent = "kahn/" KAHN_VERSION;
    network.user_agent = options.user_agent;
    if (!options.clock) options.clock = real_clock();
    settings.options = std::move(options);
    return settings;
}

}  // namespace kahn::remote
