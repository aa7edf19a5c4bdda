#pragma once

#include "measure/comparison.hpp"

#include <functional>
#include <string>
#include <vector>

namespace kahn::bench {

/// Work inside this process. Its processor time counts threads and reaped children; memory is not measured.
Sample measure(const std::function<void()>& work);

/// A program from its start to its end, with standard input and output on /dev/null. Its own figures, children included.
/// \throws std::runtime_error if it cannot be started or does not exit with 0
Sample measure_program(const std::vector<std::string>& words, const std::string& directory = {});

/// Whether a program of this name is on the PATH.
bool has_program(const std::string& name);

}  // namespace kahn::bench
