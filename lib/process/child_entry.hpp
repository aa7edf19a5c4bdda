#pragma once

#include "process/launcher.hpp"

namespace kahn::process {

/// What the child does between clone and exec, made ready by the parent: the child allocates nothing.
struct ChildPlan {
    ChildPlan() = default;

    const char* program = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    const char* working_directory = nullptr;  ///< null: stay
    int standard_output = -1;
    int standard_error = -1;
    int control = -1;
    int cgroup = -1;  ///< to move into before anything else; -1: it was born in the right one

    LaunchStage stage = LaunchStage::none;  ///< told to the parent, whose memory this is
    int error = 0;
};

/// Runs in the child, in the memory of the parent, on a stack of its own. Raw system calls only: no lock, no errno, nothing
/// that a sanitizer would want to count. Returns only on failure.
int run_child(void* plan);

}  // namespace kahn::process
