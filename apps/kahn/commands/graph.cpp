#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "pipeline_file.hpp"
#include "values.hpp"

#include <kahn/render/graph_views.hpp>

#include <CLI/CLI.hpp>

#include <memory>

namespace kahn::app {
namespace {

struct Arguments {
    std::string file;
    std::string format = "mermaid";
};

int graph(const Arguments& given, Console& console) {
    const std::vector<std::string> formats{"mermaid", "dot", "json"};
    const std::string format = require_one_of("--format", given.format, formats);
    const Pipeline pipeline = read_pipeline(given.file, console);
    console.out.write(format == "mermaid" ? render::to_mermaid(pipeline)
                      : format == "dot"   ? render::to_dot(pipeline)
                                          : render::to_graph_json(pipeline));
    return exit_success;
}

}  // namespace

void add_graph(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("graph", "Draw the stages and what they depend on");
    command->add_option("FILE", given->file, "The pipeline file; - for standard input")->required()->type_name("");
    command->add_option("--format", given->format, "mermaid (default), dot or json")->type_name("FORMAT");
    command->footer("Examples:\n  kahn graph ci.yaml                                  for Markdown, in a ```mermaid block\n"
                    "  kahn graph ci.yaml --format dot | dot -Tsvg -o ci.svg");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return graph(*given, console); }; });
}

}  // namespace kahn::app
