#include "remote/link_header.hpp"

#include "remote/ascii.hpp"

#include <algorithm>

namespace kahn::remote {
namespace {

/// Whether the parameters after the target, `; rel="prev next"; title=x`, name the relation.
bool has_relation(std::string_view parameters, std::string_view wanted) {
    std::size_t at = 0;
    while (at < parameters.size()) {
        if (parameters[at] == ';' || parameters[at] == ' ' || parameters[at] == '\t') {
            ++at;
            continue;
        }
        const auto name_end = std::min(parameters.find_first_of("=;", at), parameters.size());
        const auto name = trim(parameters.substr(at, name_end - at));
        std::string value;
        at = name_end;
        if (at < parameters.size() && parameters[at] == '=') {
            at = std::min(parameters.find_first_not_of(" \t", at + 1), parameters.size());
            if (at < parameters.size() && parameters[at] == '"') {
                for (++at; at < parameters.size() && parameters[at] != '"'; ++at) {
                    if (parameters[at] == '\\' && at + 1 < parameters.size()) ++at;
                    value += parameters[at];
                }
                ++at;
            } else {
                const auto end = std::min(parameters.find(';', at), parameters.size());
                value = std::string(trim(parameters.substr(at, end - at)));
                at = end;
            }
        }
        if (!equals_ignoring_case(name, "rel")) continue;
        for (std::size_t word = 0; word < value.size();) {
            const auto end = std::min(value.find(' ', word), value.size());
            if (equals_ignoring_case(std::string_view(value).substr(word, end - word), wanted)) return true;
            word = end + 1;
        }
        return false;  // only the first rel counts
    }
    return false;
}

/// Where the parameters of one link end: at a comma outside quotes.
std::size_t end_of_link(std::string_view header, std::size_t at) {
    bool is_quoted = false;
    for (; at < header.size(); ++at) {
        if (is_quoted && header[at] == '\\') ++at;
        else if (header[at] == '"') is_quoted = !is_quoted;
        else if (header[at] == ',' && !is_quoted) break;
    }
    return std::min(at, header.size());
}

}  // namespace

std::optional<std::string> next_link(std::string_view header) {
    std::size_t at = 0;
    while ((at = header.find('<', at)) != std::string_view::npos) {
        const auto close = header.find('>', at);
        if (close == std::string_view::npos) return std::nullopt;
        const auto end = end_of_link(header, close + 1);
        if (has_relation(header.substr(close + 1, end - close - 1), "next")) {
            return std::string(trim(header.substr(at + 1, close - at - 1)));
        }
        at = end;
    }
    return std::nullopt;
}

std::optional<Url> next_page(const Url& base, const Url& current, std::string_view link_header) {
    const auto link = next_link(link_header);
    if (!link) return std::nullopt;
    const auto url = resolve(current, *link);
    if (!url || url->origin() != base.origin()) return std::nullopt;
    std::string below = base.path();
    if (!below.ends_with('/')) below += '/';
    const std::string path = url->path();
    const bool climbs = path.find("/../") != std::string::npos || path.ends_with("/..");
    if (climbs || !path.starts_with(below)) return std::nullopt;
    return url;
}

}  // namespace kahn::remote
