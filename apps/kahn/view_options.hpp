#pragma once

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
    ViewArguments() = default;

    std::string log;                ///< empty: live on a terminal, else focus
    std::string ci = "auto";
    std::string colour = "auto";
    std::string final_jobs = "failed";
    std::string hint_options;       ///< what other commands need to find the run's workspace, with a blank before
};
static_assert(!std::is_aggregate_v<ViewArguments>);

/// `--log`, `--ci`, `--color` and `--final`. \param given outlives the parsing
void add_view_options(CLI::App& command, ViewArguments& given);

/// \throws UsageError
void check_view_options(const ViewArguments& given);

struct ChosenView {
    std::unique_ptr<render::View> view;
    int terminal = -1;         ///< whose size it has to know
    bool is_coloured = false;
    std::optional<render::Ci> ci;  ///< in whose log it is shown
};
/// \param past what to compare the run with
ChosenView make_view(const ViewArguments& given, render::FindPastRuns past);

/// ` --workspace DIR` as a shell needs it; nothing for the directory that the program was started in.
std::string workspace_hint(const std::string& directory, const std::string& workspace);

}  // namespace kahn::app
