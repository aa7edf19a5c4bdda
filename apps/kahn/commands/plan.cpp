#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "store_access.hpp"
#include "pipeline_file.hpp"
#include "values.hpp"

#include <kahn/render/plan_text.hpp>
#include <kahn/store/store.hpp>

#include "base/text.hpp"
#include "engine/preview.hpp"
#include "manager/schedule_analysis.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>

namespace kahn::app {
namespace {

struct Arguments {
    std::string file;
    std::optional<std::string> workers;
    std::string branch;
    std::optional<std::string> workspace;
};

/// What past runs say; nothing where there are none. A workspace that cannot be read is a warning: the plan stands without.
PastDurations past_durations(const std::string& workspace, Console& console) {
    if (!store::Store::is_there(workspace)) return {};
    try {
        return store::Store(workspace).past_durations();
    } catch (const Error& failure) {
        console.complain(std::string("warning: past runs are not known: ") + printable(failure.what()));
        return {};
    }
}

bool knows_every_job(const PastDurations& past, const Pipeline& pipeline) {
    if (!past) return false;
    for (const PipelineStage& stage : pipeline.stages) {
        for (const PipelineJob& job : stage.jobs) {
            if (!past(pipeline.name, stage.name, job.name)) return false;
        }
    }
    return true;
}

int plan(const Arguments& given, bool has_branch, Console& console) {
    const Settings settings = load_settings(console);
    const std::string workspace = settings.value(Setting::workspace, given.workspace);
    const unsigned workers = parse_workers(settings.value(Setting::workers, given.workers));
    RunOptions options;
    if (has_branch) options.branch = given.branch;
    const RunPreview preview = preview_run(read_pipeline(given.file, console), options);
    const Pipeline to_run = preview.without_skipped_jobs();
    const PastDurations past = past_durations(workspace, console);
    const ScheduleAnalysis analysis = analyse_schedule(to_run, past, workers);
    const auto durations = knows_every_job(past, to_run) ? render::Durations::known : render::Durations::unknown;
    console.out.write(render::plan_text(preview.pipeline, analysis, preview.skips, durations));
    for (const std::string& suggestion : analysis.optimization_suggestions) console.out.write("hint      " + suggestion + '\n');
    return exit_success;
}

}  // namespace

void add_plan(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("plan", "Show what would run when, and what would be skipped");
    command->add_option("FILE", given->file, "The pipeline file; - for standard input")->required()->type_name("");
    command->add_option("-j,--workers", given->workers, "Jobs at once; 0 for no limit (default 10)")->type_name("N");
    CLI::Option* const branch =
        command->add_option("--branch", given->branch, "The branch that conditions see (default: git's)")->type_name("NAME");
    add_workspace_option(*command, given->workspace);
    command->footer("Stages of one level may run at the same time.\n\nExamples:\n  kahn plan ci.yaml\n  kahn plan ci.yaml -j 2 --branch main");
    command->callback([given, branch, &chosen] {
        const bool has_branch = branch->count() > 0;
        chosen = [given, has_branch](Console& console) { return plan(*given, has_branch, console); };
    });
}

}  // namespace kahn::app
