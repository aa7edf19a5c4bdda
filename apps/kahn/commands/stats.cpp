#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "store_access.hpp"
#include "usage_error.hpp"

#include <kahn/monitor/pipeline_monitor.hpp>
#include <kahn/render/report.hpp>
#include <kahn/store/store.hpp>

#include "base/text.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <memory>
#include <optional>

namespace kahn::app {
namespace {

struct Arguments {
    std::string days = "7";
    std::optional<std::string> workspace;
    bool as_json = false;
};

int parse_days(const std::string& text) {
    constexpr int most = 36'500;
    int days = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (error != std::errc() || end != text.data() + text.size() || days < 1 || days > most) {
        throw UsageError("--days '" + printable(text) + "': must be a whole number from 1 to 36500");
    }
    return days;
}

int stats(const Arguments& given, Console& console) {
    const std::string workspace = workspace_of(given.workspace, console);
    const int days = parse_days(given.days);
    if (!store::Store::is_there(workspace)) {  // asking makes nothing
        say_nothing_is_recorded(workspace, console);
        return exit_success;
    }
    const MetricsSummary summary = PipelineMonitor(open_store(workspace, console)).get_metrics_summary(days);
    console.out.write(given.as_json ? render::to_json(summary) : render::to_text(summary));
    return exit_success;
}

}  // namespace

void add_stats(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("stats", "Add up what ran lately, against as long before");
    command->add_option("--days", given->days, "How many days (default 7)")->type_name("N");
    command->add_flag("--json", given->as_json, "One object");
    add_workspace_option(*command, given->workspace);
    command->footer("Success rates are of jobs: passed / executed x 100.\n\nExamples:\n  kahn stats\n  kahn stats --days 30 --json");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return stats(*given, console); }; });
}

}  // namespace kahn::app
