#include "graph/cycle_text.hpp"

#include "base/text.hpp"

#include <vector>

namespace kahn::graph {

std::string cycle_text(std::span<const std::string> names) {
    constexpr std::size_t most_names = 12;
    constexpr std::size_t names_at_each_end = 5;
    std::vector<std::string> path;
    for (std::size_t i = 0; i <= names.size(); ++i) {
        const std::size_t left_out = names.size() + 1 - 2 * names_at_each_end;
        if (names.size() >= most_names && i == names_at_each_end) {
            path.emplace_back("(").append(std::to_string(left_out)).append(" more)");
            i += left_out;
        }
        path.push_back(printable(names[i % names.size()]));
    }
    return join(path, " -> ");
}

}  // namespace kahn::graph
