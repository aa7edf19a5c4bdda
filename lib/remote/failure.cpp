#include <kahn/remote/failure.hpp>

namespace kahn::remote {

std::string_view to_string(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::invalid_argument: return "invalid_argument";
        case ErrorKind::resolve: return "resolve";
        case ErrorKind::connect: return "connect";
        case ErrorKind::tls: return "tls";
        case ErrorKind::tls_timeout: return "tls_timeout";
        case ErrorKind::tls_verify: return "tls_verify";
        case ErrorKind::proxy: return "proxy";
        case ErrorKind::timeout: return "timeout";
        case ErrorKind::truncated: return "truncated";
        case ErrorKind::protocol: return "protocol";
        case ErrorKind::header_limit: return "header_limit";
        case ErrorKind::too_large: return "too_large";
        case ErrorKind::bad_encoding: return "bad_encoding";
        case ErrorKind::bad_json: return "bad_json";
        case ErrorKind::server_error: return "server_error";
        case ErrorKind::rate_limited: return "rate_limited";
        case ErrorKind::secondary_limit: return "secondary_limit";
        case ErrorKind::auth: return "auth";
        case ErrorKind::forbidden: return "forbidden";
        case ErrorKind::not_found: return "not_found";
        case ErrorKind::conflict: return "conflict";
        case ErrorKind::gone: return "gone";
        case ErrorKind::rejected: return "rejected";
        case ErrorKind::api_version: return "api_version";
        case ErrorKind::redirect: return "redirect";
        case ErrorKind::download: return "download";
        case ErrorKind::outcome_unknown: return "outcome_unknown";
        case ErrorKind::superseded: return "superseded";
        case ErrorKind::cancelled: return "cancelled";
    }
    return "unknown";
}

bool is_transient(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::resolve:
        case ErrorKind::connect:
        case ErrorKind::tls:
        case ErrorKind::tls_timeout:
        case ErrorKind::timeout:
        case ErrorKind::truncated:
        case ErrorKind::protocol:
        case ErrorKind::bad_encoding:
        case ErrorKind::bad_json:
        case ErrorKind::server_error: return true;
        default: return false;
    }
}

bool is_transient(const RemoteFailure& failure) noexcept {
    constexpr unsigned proxy_authentication_required = 407;
    if (failure.kind == ErrorKind::proxy) return failure.http_status != proxy_authentication_required;
    return is_transient(failure.kind);
}

}  // namespace kahn::remote
