#include <kahn/render/graph_views.hpp>

#include "base/text.hpp"
#include "graph/stage_graph.hpp"
#include "render/status_colour.hpp"

namespace kahn::render {
namespace {

/// Text for between the quotes of a DOT string. Graphviz reads HTML entities in every label.
std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : printable(name)) {
        if (c == '&') {
            out += "&amp;";
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

std::string to_dot(const Pipeline& pipeline) {
    const auto graph = graph::StageGraph(pipeline.stages).graph();
    std::string out = "digraph \"" + escaped(pipeline.name) + "\" {\n";
    out += "    rankdir=TB;\n    node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\"];\n";
    for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
        const PipelineStage& stage = pipeline.stages[s];
        out += "    s" + std::to_string(s) + " [label=\"" + escaped(stage.name) + "\\n" + std::to_string(stage.jobs.size()) +
               (stage.jobs.size() == 1 ? " job\"" : " jobs\"");
        if (stage.status != PipelineStatus::pending) {
            out += ", fillcolor=\"" + std::string(status_colour(stage.status)) + '"';
        }
        out += "];\n";
    }
    for (graph::NodeIndex from = 0; from < graph->size(); ++from) {
        for (const graph::NodeIndex to : graph->successors(from)) {
            out += "    s" + std::to_string(from) + " -> s" + std::to_string(to) + ";\n";
        }
    }
    out += "}\n";
    return out;
}

}  // namespace kahn::render
