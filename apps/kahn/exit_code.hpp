#pragma once

#include <kahn/base/error.hpp>

namespace kahn::app {

/// What the program exits with, besides the status of a run.
enum ExitCode : int {
    exit_success = 0,
    exit_job_failed = 1,
    exit_usage = 2,
    exit_bad_config = 3,
    exit_nothing_selected = 4,
    exit_remote_permission = 5,
    exit_remote_transport = 6,
    exit_still_running = 8,
    exit_internal = 70,
    exit_not_written = 74,
    exit_interrupted = 130,
};

/// The exit status that stands for an error of the library.
inline int exit_code(const Error& failure) noexcept {
    switch (static_cast<Errc>(failure.code().value())) {
        case Errc::invalid_config:
        case Errc::config_not_found: return exit_bad_config;
        case Errc::unknown_stage:
        case Errc::unknown_job:
        case Errc::unknown_run:
        case Errc::invalid_argument: return exit_usage;
        case Errc::workspace_unusable:
        case Errc::write_failed: return exit_not_written;
        default: return exit_internal;
    }
}

}  // namespace kahn::app
