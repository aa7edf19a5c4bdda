#pragma once

#include "measure/comparison.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kahn::bench {

using Facts = std::vector<std::pair<std::string, std::string>>;

/// A comparison with its results, as lines for people.
std::string table(const Comparison& comparison, const std::vector<Result>& results);

/// The same as one JSON object on a line.
std::string json(const Comparison& comparison, const std::vector<Result>& results);
std::string json(const Facts& machine);

}  // namespace kahn::bench
