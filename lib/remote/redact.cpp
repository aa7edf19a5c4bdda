#include "remote/redact.hpp"

#include "remote/ascii.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace kahn::remote {
namespace {

constexpr std::string_view mask = "***";
constexpr std::array<std::string_view, 7> parameters{"sig",           "token",     "access_token", "client_secret",
                                                     "refresh_token", "signature", "x-amz-signature"};

bool ends_word(char c) { return c == '&' || c == ' ' || c == '"' || c == '\'' || c == '\n' || c == '\r' || c == '\t' || c == '>' || c == ';' || c == ','; }

void mask_parameters(std::string& text) {
    for (std::size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
        std::size_t begin = at;
        while (begin > 0 && (std::isalnum(static_cast<unsigned char>(text[begin - 1])) != 0 || text[begin - 1] == '_' ||
                             text[begin - 1] == '-')) {
            --begin;
        }
        const auto name = std::string_view(text).substr(begin, at - begin);
        bool is_secret = false;
        for (const auto parameter : parameters) is_secret = is_secret || equals_ignoring_case(name, parameter);
        if (!is_secret) continue;
        std::size_t end = at + 1;
        while (end < text.size() && !ends_word(text[end])) ++end;
        text.replace(at + 1, end - at - 1, mask);
    }
}

void mask_user_info(std::string& text) {
    for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
        const auto end = std::min(text.find_first_of("/ \"'\n?", at + 3), text.size());
        const auto sign = text.rfind('@', end);
        if (sign != std::string::npos && sign > at + 2) text.replace(at + 3, sign - at - 3, mask);
    }
}

void mask_headers(std::string& text) {
    constexpr std::string_view header = "authorization:";
    const std::string lower = to_lower(text);
    std::string out;
    std::size_t copied = 0;
    for (std::size_t at = lower.find(header); at != std::string::npos; at = lower.find(header, at + 1)) {
        if (at < copied) continue;
        const auto begin = at + header.size();
        const auto end = std::min(text.find_first_of("\r\n", begin), text.size());
        out += text.substr(copied, begin - copied);
        out += ' ';
        out += mask;
        copied = end;
    }
    out += text.substr(copied);
    text = std::move(out);
}

}  // namespace

std::string redact(std::string_view text) {
    std::string out(text);
    mask_headers(out);
    mask_parameters(out);
    mask_user_info(out);
    return out;
}

std::string redact(std::string_view text, std::string_view secret) {
    std::string out(text);
    constexpr std::size_t shortest = 4;  // shorter ones would tear words apart
    if (secret.size() >= shortest) {
        for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at + mask.size())) {
            out.replace(at, secret.size(), mask);
        }
    }
    return redact(out);
}

std::string snippet(std::string_view body, std::size_t limit, std::string_view secret) {
    // The secret may stand across the cut: look at more than is shown.
    const std::string clean = redact(body.substr(0, limit + secret.size() + 256), secret);
    std::string shown = printable(std::string_view(clean).substr(0, limit));
    if (shown.size() > limit) shown.resize(limit);
    while (!shown.empty() && !is_utf8(shown)) shown.pop_back();
    return shown;
}

}  // namespace kahn::remote
