#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "pipeline_file.hpp"
#include "usage_error.hpp"
#include "values.hpp"

#include <kahn/render/export.hpp>

#include "base/files.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <system_error>

namespace kahn::app {
namespace {

struct Arguments {
    std::string file;
    std::string service;
    std::string output;
    bool overwrites = false;
};

int export_pipeline(const Arguments& given, Console& console) {
    const std::string service = require_one_of("--to", given.service, std::vector<std::string>{"github", "gitlab"});
    const auto refuse_existing = [&given] {
        std::error_code ignored;
        const bool is_there = std::filesystem::symlink_status(given.output, ignored).type() != std::filesystem::file_type::not_found;
        if (!given.output.empty() && is_there && !given.overwrites) {
            throw UsageError(printable(given.output) + " is there already, and stays as it is; --force replaces it");
        }
    };
    refuse_existing();
    const Pipeline pipeline = read_pipeline(given.file, console);
    const render::ExportedPipeline exported = service == "github" ? render::to_github_workflow(pipeline) : render::to_gitlab_pipeline(pipeline);
    if (given.output.empty()) {
        console.out.write(exported.text);
    } else {
        write_file_atomically(given.output, exported.text);
    }
    for (const std::string& note : exported.notes) console.complain("note: " + note);
    return exit_success;
}

}  // namespace

void add_export(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("export", "Say the same as a workflow of GitHub Actions or GitLab CI");
    command->add_option("FILE", given->file, "The pipeline file; - for standard input")->required()->type_name("");
    command->add_option("--to", given->service, "github or gitlab")->required()->type_name("SERVICE");
    command->add_option("-o,--output", given->output, "The file to make, in place of standard output")->type_name("FILE");
    command->add_flag("--force", given->overwrites, "Replace the file of -o if it is there");
    command->footer(
        "What cannot be said there stands in the file as a comment, and on standard error as a note.\n\n"
        "Examples:\n"
        "  kahn export --to github ci.yaml -o .github/workflows/ci.yml\n"
        "  kahn export --to gitlab ci.yaml -o .gitlab-ci.yml --force");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return export_pipeline(*given, console); }; });
}

}  // namespace kahn::app
