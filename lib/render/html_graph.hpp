#pragma once

#include <kahn/model/run_record.hpp>

#include <string>

namespace kahn::render {

/// The stages as a picture (SVG), a column a Kahn level, within it sorted so that few lines cross. A remark in its place if there
/// are more than 300 stages or a cycle; nothing for fewer than two.
void append_graph(std::string& out, const RunRecord& record);

}  // namespace kahn::render
