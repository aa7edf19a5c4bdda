#include <kahn/graph/algorithms.hpp>
#include <kahn/render/graph_views.hpp>

#include "graph/stage_graph.hpp"
#include "render/json_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kahn::render {
namespace {

std::string id_of(std::size_t stage) { return 's' + std::to_string(stage); }

/// \param levels one a stage; empty if there is a cycle
void append_node(std::string& out, const Pipeline& pipeline, const std::vector<std::uint32_t>& levels, std::size_t s) {
    const PipelineStage& stage = pipeline.stages[s];
    JsonObject node(out);
    node.text("id", id_of(s));
    node.text("name", stage.name);
    if (levels.empty()) {
        node.null("level");
    } else {
        node.number("level", levels[s]);
    }
    node.name("jobs");
    out += '[';
    for (std::size_t j = 0; j < stage.jobs.size(); ++j) {
        if (j > 0) out += ',';
        append_json_string(out, stage.jobs[j].name);
    }
    out += ']';
}

}  // namespace

std::string to_graph_json(const Pipeline& pipeline) {
    const graph::StageGraph stage_graph(pipeline.stages);
    const graph::Graph& graph = *stage_graph.graph();
    std::vector<std::uint32_t> levels;
    if (graph::find_cycle(graph).empty()) levels = graph::levels(graph);
    const auto deepest = std::max_element(levels.begin(), levels.end());
    std::string out;
    {
        JsonObject object(out);
        object.text("pipeline", pipeline.name);
        object.number("levels", deepest == levels.end() ? 0U : *deepest + 1);
        object.name("nodes");
        out += '[';
        for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
            if (s > 0) out += ',';
            append_node(out, pipeline, levels, s);
        }
        out += ']';
        object.name("edges");
        out += '[';
        bool is_first = true;
        for (graph::NodeIndex from = 0; from < graph.size(); ++from) {
            for (const graph::NodeIndex to : graph.successors(from)) {
                if (!std::exchange(is_first, false)) out += ',';
                JsonObject edge(out);
                edge.text("from", id_of(from));
                edge.text("to", id_of(to));
            }
        }
        out += ']';
    }
    out += '\n';
    return out;
}

}  // namespace kahn::render
