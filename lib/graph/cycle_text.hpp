#pragma once

#include <span>
#include <string>

namespace kahn::graph {

/// `a -> b -> a`; of more than 12 names those in the middle are counted instead.
/// \param names along the cycle, without the repeated end
std::string cycle_text(std::span<const std::string> names);

}  // namespace kahn::graph
