#include "remote/url.hpp"

#include "remote/ascii.hpp"

#include <algorithm>
#include <cstdio>

namespace kahn::remote {
namespace {

std::string default_port(std::string_view scheme) { return scheme == "https" ? "443" : "80"; }

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

bool is_clean(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte != 0x7F && byte < 0x80;
    });
}

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

/// `/a/./b/../c` to `/a/c` (RFC 3986, section 5.2.4).
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    std::size_t at = 1;
    bool ends_in_directory = path.empty();
    while (at <= path.size() && !path.empty()) {
        const auto slash = std::min(path.find('/', at), path.size());
        const auto segment = path.substr(at, slash - at);
        ends_in_directory = segment == "." || segment == ".." || segment.empty();
        if (segment == "..") {
            if (!kept.empty()) kept.pop_back();
        } else if (segment != "." && !(segment.empty() && slash == path.size())) {
            kept.push_back(segment);
        }
        at = slash + 1;
    }
    std::string out;
    for (const auto segment : kept) {
        out += '/';
        out += segment;
    }
    if (ends_in_directory || out.empty()) out += '/';
    return out;
}

}  // namespace

std::string Url::host_header() const {
    return port == default_port(scheme) ? bracketed(host) : bracketed(host) + ":" + port;
}

std::string Url::origin() const { return scheme + "://" + host_header(); }

bool Url::is_loopback() const {
    return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
           (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

std::optional<Url> parse_url(std::string_view text) {
    text = text.substr(0, text.find('#'));
    if (!is_clean(text)) return std::nullopt;
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return std::nullopt;
    Url url;
    url.scheme = to_lower(text.substr(0, colon));
    if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
    text.remove_prefix(colon + 3);
    const auto target_at = std::min(text.find_first_of("/?"), text.size());
    std::string_view authority = text.substr(0, target_at);
    url.target = std::string(text.substr(target_at));
    if (url.target.empty() || url.target[0] == '?') url.target.insert(0, "/");
    if (authority.find('@') != std::string_view::npos) return std::nullopt;

    std::string_view port;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        url.host = to_lower(authority.substr(1, close - 1));
        authority.remove_prefix(close + 1);
        if (!authority.empty() && authority[0] != ':') return std::nullopt;
        port = authority.empty() ? authority : authority.substr(1);
    } else {
        const auto at = authority.find(':');
        url.host = to_lower(authority.substr(0, at));
        if (at != std::string_view::npos) port = authority.substr(at + 1);
        if (url.host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_") != std::string::npos) return std::nullopt;
    }
    if (url.host.empty()) return std::nullopt;
    url.port = port.empty() ? default_port(url.scheme) : std::string(port);
    const auto number = parse_number(url.port);
    if (!number || *number < 1 || *number > 65535) return std::nullopt;
    url.port = std::to_string(*number);
    return url;
}

std::optional<Url> resolve(const Url& base, std::string_view reference) {
    reference = reference.substr(0, reference.find('#'));
    if (!is_clean(reference)) return std::nullopt;
    const auto colon = reference.find(':');
    const bool has_scheme = colon != std::string_view::npos && colon < reference.find_first_of("/?");
    if (has_scheme) return parse_url(reference);
    if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
    Url url = base;
    if (reference.empty()) return url;
    if (reference[0] == '?') {
        url.target = base.path() + std::string(reference);
        return url;
    }
    const auto query_at = std::min(reference.find('?'), reference.size());
    std::string path(reference.substr(0, query_at));
    if (path[0] != '/') {
        const std::string base_path = base.path();
        path = base_path.substr(0, base_path.rfind('/') + 1) + path;
    }
    url.target = without_dot_segments(path) + std::string(reference.substr(query_at));
    return url;
}

std::string percent_encode(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        char escape[4];
        std::snprintf(escape, sizeof escape, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
        out += escape;
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = digit(text[i + 1]);
        const int low = digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::optional<std::string> path_segment(std::string_view text) {
    if (text.empty() || text == "." || text == "..") return std::nullopt;
    return percent_encode(text);
}

std::string query_string(const Query& query) {
    std::string out;
    for (const auto& [name, value] : query) {
        if (value.empty()) continue;
        out += out.empty() ? '?' : '&';
        out += percent_encode(name) + "=" + percent_encode(value);
    }
    return out;
}

}  // namespace kahn::remote
