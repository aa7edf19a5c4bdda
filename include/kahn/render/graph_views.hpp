#pragma once

#include <kahn/model/pipeline.hpp>

#include <string>

namespace kahn::render {

/// A Mermaid flowchart of the stages (https://mermaid.js.org/syntax/flowchart.html); ids are `s0`, `s1`, ... so that no name
/// can collide, labels are escaped. A stage that has run is coloured by its status.
std::string to_mermaid(const Pipeline& pipeline);

/// The same as a DOT digraph (https://graphviz.org/doc/info/lang.html).
std::string to_dot(const Pipeline& pipeline);

/// `{"pipeline", "levels", "nodes": [{"id", "name", "level", "jobs"}], "edges": [{"from", "to"}]}` on one line, line end
/// included: `levels` is their number, `jobs` the names of the jobs, `level` null if there is a cycle.
std::string to_graph_json(const Pipeline& pipeline);

}  // namespace kahn::render
