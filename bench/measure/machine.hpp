#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kahn::bench {

/// What figures depend on: processor, cores, memory, kernel, compiler, how busy the machine was.
std::vector<std::pair<std::string, std::string>> machine_facts();

}  // namespace kahn::bench
