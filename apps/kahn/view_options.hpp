#pragma once

#include "settings.hpp"

#include <kahn/render/ci_view.hpp>
#include <kahn/render/past_runs.hpp>
#include <kahn/render/view.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace CLI {
class App;
}

namespace kahn::app {

/// How a run is to be shown, as the command line says it.
struct ViewArguments {
    std::optional<std::string> log;
    std::optional<std::string> ci;
    std::optional<std::string> colour;
    std::optional<std::string> final_jobs;
};

/// The same with what the settings say in place of what was not given.
struct ViewChoice {
    ViewChoice() = default;

    std::string log;                ///< empty: live on a terminal, else focus
    std::string ci = "auto";
    std::string colour = "auto";
    std::string final_jobs = "failed";
    std::string hint_options;       ///< what other commands need to find the run's workspace, with a blank before
};
static_assert(!std::is_aggregate_v<ViewChoice>);

/// `--log`, `--ci`, `--color` and `--final`. \param given outlives the parsing
void add_view_options(CLI::App& command, ViewArguments& given);

/// \throws UsageError
ViewChoice view_choice(const ViewArguments& given, const Settings& settings);

struct ChosenView {
    std::unique_ptr<render::View> view;
    int terminal = -1;         ///< whose size it has to know
    bool is_coloured = false;
    std::optional<render::Ci> ci;  ///< in whose log it is shown
};
/// \param past what to compare the run with
ChosenView make_view(const ViewChoice& given, render::FindPastRuns past);

/// ` --workspace DIR` as a shell needs it where the program was started; nothing if it is found there without.
/// \param directory  of `-C`
std::string workspace_hint(const std::string& directory, const std::optional<std::string>& given, const Settings& settings);

}  // namespace kahn::app
