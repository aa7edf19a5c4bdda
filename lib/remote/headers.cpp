#include <kahn/remote/transport.hpp>

#include "remote/ascii.hpp"

#include <algorithm>

namespace kahn::remote {

void Headers::set(std::string name, std::string value) {
    remove(name);
    add(std::move(name), std::move(value));
}

void Headers::remove(std::string_view name) {
    std::erase_if(fields_, [name](const Field& field) { return equals_ignoring_case(field.first, name); });
}

std::optional<std::string> Headers::find(std::string_view name) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(),
                                    [name](const Field& field) { return equals_ignoring_case(field.first, name); });
    if (found == fields_.end()) return std::nullopt;
    return found->second;
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(), [name](const Field& field) {
        return equals_ignoring_case(field.first, name);
    }));
}

}  // namespace kahn::remote
