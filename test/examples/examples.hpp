#pragma once

#include "cli/kahn_program.hpp"
#include "support/program.hpp"
#include "support/temporary_directory.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kahn::test {

/// One of the programs of apps/examples, in a directory of its own.
inline Program example(const std::string& name, std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), KAHN_EXAMPLE_PROGRAMS "/example_" + name);
    return Program(std::move(arguments));
}

}  // namespace kahn::test
