#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "store_access.hpp"
#include "usage_error.hpp"
#include "values.hpp"

#include <kahn/monitor/pipeline_monitor.hpp>
#include <kahn/render/report.hpp>

#include "base/files.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

namespace kahn::app {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> types{"execution", "performance", "quality", "compliance", "summary"};
const std::vector<std::string> formats{"json", "markdown", "html", "junit", "trace"};

struct Arguments {
    std::string run;
    std::string type = "execution";
    std::string format;
    std::string output;
    std::optional<std::string> workspace;
};

/// What a file's name asks for; standard output gets what is read there best.
std::string format_for(const Arguments& given) {
    if (!given.format.empty()) return require_one_of("--format", given.format, formats);
    if (given.output.empty()) return {};
    if (given.output == "-") return "markdown";
    const std::string extension = fs::path(given.output).extension().string();
    if (extension == ".json") return "json";
    if (extension == ".md") return "markdown";
    if (extension == ".html" || extension == ".htm") return "html";
    if (extension == ".xml") return "junit";
    throw UsageError("-o " + printable(given.output) + ": say --format json, markdown, html, junit or trace");
}

/// The report's name in the run's `reports/`.
std::string file_name(const std::string& type, const std::string& format) {
    if (format == "junit") return "junit.xml";
    if (format == "trace") return "trace.json";
    return type + (format == "json" ? ".json" : format == "html" ? ".html" : ".md");
}

std::string render_as(const std::string& format, const PipelineReport& report) {
    if (format == "json") return render::to_json(report);
    if (format == "markdown") return render::to_markdown(report);
    if (format == "html") return render::to_html(report);
    if (format == "junit") return render::to_junit(report.run);
    return render::to_trace(report.run);
}

void say_where(const fs::path& file, Console& console) {
    std::error_code error;
    const auto relative = file.lexically_relative(fs::current_path(error));
    const bool is_below = !error && !relative.empty() && *relative.begin() != "..";
    console.out.write(printable((is_below ? relative : file).native()) + '\n');
}

int report(const Arguments& given, Console& console) {
    const std::string workspace = workspace_of(given.workspace, console);
    const std::string type = require_one_of("--type", given.type, types);
    const std::string format = format_for(given);
    const auto store = open_store(workspace, console);
    const std::string run = run_id(*store, given.run);
    PipelineMonitor monitor(store);
    const ReportType wanted = *parse_report_type(type);
    if (format.empty()) {
        const PipelineReport written = monitor.generate_report(run, wanted);
        for (const fs::path& file : {written.html, written.markdown, written.json}) say_where(file, console);
        return exit_success;
    }
    const PipelineReport computed = monitor.compute_report(run, wanted);
    const std::string text = render_as(format, computed);
    if (given.output == "-") {
        console.out.write(text);
        return exit_success;
    }
    fs::path file = given.output;
    if (file.empty()) {
        const fs::path directory = monitor.store()->directory(computed.execution_id) / "reports";
        std::error_code error;
        fs::create_directory(directory, error);  // what is wrong with it shows when the file is written
        file = directory / file_name(type, format);
    }
    write_file_atomically(file, text);
    say_where(file, console);
    return exit_success;
}

}  // namespace

void add_report(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("report", "Report on a run that is recorded");
    command->add_option("RUN", given->run, "Its id, what it begins with, or the id of its trace; last: the newest")->required()->type_name("");
    command->add_option("--type", given->type, "execution (default), performance, quality, compliance or summary")->type_name("TYPE");
    command->add_option("--format", given->format, "json, markdown, html, junit or trace (default: the first three)")->type_name("FORMAT");
    command->add_option("-o,--output", given->output, "Where to (default: the run's reports/); - for standard output")->type_name("FILE");
    add_workspace_option(*command, given->workspace);
    command->footer(
        "Prints the names of the files that were written.\n\n"
        "Examples:\n"
        "  kahn report last                                     for people and programs, in .kahn/runs/.../reports\n"
        "  kahn report 01J9ZK4Q --type performance -o -         to read at once\n"
        "  kahn report 01J9ZK4Q --format junit -o report.xml    for a CI server\n"
        "  kahn report 01J9ZK4Q --format trace -o trace.json    for ui.perfetto.dev");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return report(*given, console); }; });
}

}  // namespace kahn::app
