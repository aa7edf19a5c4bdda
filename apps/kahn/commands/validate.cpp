#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "values.hpp"

#include <kahn/config/load.hpp>
#include <kahn/render/diagnostics.hpp>
#include <kahn/version.hpp>

#include "base/text.hpp"
#include "config/codes.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace kahn::app {
namespace {

struct Arguments {
    std::vector<std::string> files;
    std::string format = "text";
};

std::string count(std::size_t n, const char* word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); }

std::vector<render::RuleText> rules() {
    std::vector<render::RuleText> texts;
    for (const config::CodeRow& row : config::all_codes()) {
        texts.push_back({config::to_string(row.code), std::string(row.title), std::string(row.explanation)});
    }
    return texts;
}

void say(const config::LoadResult& result, const std::string& format, Console& console) {
    if (format == "json") return console.out.write(render::to_json(result.diagnostics, result.file));
    if (format == "github") return console.out.write(render::to_github(result.diagnostics, result.file, result.source));
    console.err.write(render::to_text(result.diagnostics, result.file, result.source));
    if (!result.ok()) return;
    console.out.write(printable(result.file) + ": valid: " + count(result.pipeline.stages.size(), "stage") + ", " +
                      count(result.pipeline.job_count(), "job") + '\n');
}

int validate(const Arguments& given, Console& console) {
    const std::vector<std::string> formats{"text", "json", "sarif", "github"};
    const std::string format = require_one_of("--format", given.format, formats);
    render::SarifLog sarif(KAHN_VERSION, rules());
    int status = exit_success;
    for (const std::string& file : given.files) {
        const config::LoadResult result = config::load_file(file);
        if (!result.ok()) status = exit_bad_config;
        if (format == "sarif") {
            sarif.add(result.diagnostics, result.file, result.source);
        } else {
            say(result, format, console);
        }
    }
    if (format == "sarif") console.out.write(sarif.finish());
    return status;
}

}  // namespace

void add_validate(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("validate", "Check pipeline files and name every problem, with its line");
    command->add_option("FILE", given->files, "Pipeline files; - for standard input")->required()->type_name("");
    command->add_option("--format", given->format, "text (problems on standard error), json (an object a file), sarif (one log) or github (workflow commands)")->type_name("FORMAT");
    command->footer("Exit status 3 if a file is not valid.\n\nExamples:\n  kahn validate ci.yaml\n  kahn validate --format json *.yaml");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return validate(*given, console); }; });
}

}  // namespace kahn::app
