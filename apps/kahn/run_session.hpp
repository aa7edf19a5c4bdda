#pragma once

#include "view_options.hpp"

#include <kahn/manager/pipeline_manager.hpp>

#include <chrono>
#include <optional>

namespace kahn::app {

struct Console;

/// How the event stream is to be shown.
enum class Stream { none, json, json_without_output };

struct SessionOptions {
    SessionOptions() = default;

    Options manager;
    RunOptions run;
    Stream stream = Stream::none;
    ViewChoice view;
    std::optional<std::chrono::milliseconds> interrupt_grace;  ///< after the first SIGINT; nothing: the manager's
};

/// Runs a pipeline to its end on a loop of its own, with the views and the signals of a program. \return the exit status
int run_session(const Pipeline& pipeline, SessionOptions options, Console& console);

}  // namespace kahn::app
