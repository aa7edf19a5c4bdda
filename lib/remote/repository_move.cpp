#include "remote/repository_move.hpp"

#include <algorithm>

namespace kahn::remote {

std::optional<std::pair<std::string, std::string>> repository_move(std::string_view base, std::string_view from, std::string_view to) {
    const std::string repositories = std::string(base) + "/repos/";
    if (!from.starts_with(repositories) || !to.starts_with(std::string(base) + "/")) return std::nullopt;
    const auto name_at = from.find('/', repositories.size());
    if (name_at == std::string_view::npos) return std::nullopt;
    const auto end = std::min(from.find_first_of("/?", name_at + 1), from.size());
    const auto rest = from.substr(end);
    if (!to.ends_with(rest)) return std::nullopt;
    const auto place = to.substr(0, to.size() - rest.size());
    if (place.find('?') != std::string_view::npos || place == from.substr(0, end)) return std::nullopt;
    return std::pair(std::string(from.substr(0, end)), std::string(place));
}

std::string with_prefix(std::string_view target, std::string_view from, std::string_view to) {
    const bool is_below = target.starts_with(from) && (target.size() == from.size() || target[from.size()] == '/' || target[from.size()] == '?');
    return is_below ? std::string(to) + std::string(target.substr(from.size())) : std::string(target);
}

}  // namespace kahn::remote
