#include <kahn/render/graph_views.hpp>

#include "base/text.hpp"
#include "graph/stage_graph.hpp"
#include "render/status_colour.hpp"

namespace kahn::render {
namespace {

/// Text for between the quotes of a label.
///
/// Quotes are not enough: Mermaid looks for `%%{...}%%` directives, `$$` formulas, Markdown and HTML inside them as well, and
/// for its own entities. What could begin one becomes an entity.
std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : printable(name)) {
        switch (c) {
            case '"': out += "#quot;"; break;
            case '<': out += "#lt;"; break;
            case '>': out += "#gt;"; break;
            case '&': out += "#amp;"; break;
            case '#':
            case '%':
            case '$':
            case '\\':
            case '`':
            case ';':
            case '[':
            case ']':
            case '{':
            case '}':
            case '|': out += '#' + std::to_string(static_cast<int>(c)) + ';'; break;
            default: out += c;
        }
    }
    return out;
}

}  // namespace

std::string to_mermaid(const Pipeline& pipeline) {
    const auto graph = graph::StageGraph(pipeline.stages).graph();
    std::string out = "graph TD\n";
    for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
        const PipelineStage& stage = pipeline.stages[s];
        out += "    s" + std::to_string(s) + "[\"" + escaped(stage.name) + "<br/>" + std::to_string(stage.jobs.size()) +
               (stage.jobs.size() == 1 ? " job" : " jobs") + "\"]\n";
    }
    for (graph::NodeIndex from = 0; from < graph->size(); ++from) {
        for (const graph::NodeIndex to : graph->successors(from)) {
            out += "    s" + std::to_string(from) + " --> s" + std::to_string(to) + '\n';
        }
    }
    for (const PipelineStatus status : {PipelineStatus::running, PipelineStatus::success, PipelineStatus::failure,
                                        PipelineStatus::cancelled, PipelineStatus::skipped}) {
        std::string ids;
        for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
            if (pipeline.stages[s].status == status) ids += (ids.empty() ? "s" : ",s") + std::to_string(s);
        }
        if (ids.empty()) continue;
        const std::string name(to_string(status));
        out += "    classDef " + name + " fill:" + std::string(status_colour(status)) + ",color:#000000\n";
        out += "    class " + ids + ' ' + name + '\n';
    }
    return out;
}

}  // namespace kahn::render
