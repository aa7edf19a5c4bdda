#pragma once

#include "remote_session.hpp"
#include "run_session.hpp"
#include "settings.hpp"
#include "view_options.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace kahn::app {

/// How a run is carried out and shown, as the command line says it: the same for a new run and a continued one.
struct RunArguments {
    std::optional<std::string> workers;
    std::optional<std::string> schedule;
    bool fail_fast = false;
    bool no_fail_fast = false;
    std::optional<std::string> grace;
    std::optional<std::string> containment;
    std::optional<std::string> workspace;
    std::string json;        ///< empty: not wanted; `true`: with everything
    RemoteArguments server;  ///< of jobs that run on GitHub
    ViewArguments view;
};

/// \param given outlives the parsing
void add_run_arguments(CLI::App& command, RunArguments& given);

/// The options of a session, by the command line and the settings.
/// \param directory  of `-C`, to which the program has changed; empty: it has not
/// \throws UsageError
SessionOptions session_options(const RunArguments& given, const Settings& settings, const std::string& directory);

}  // namespace kahn::app
