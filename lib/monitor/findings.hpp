#pragma once

#include <kahn/model/report.hpp>

#include <string>
#include <vector>

namespace kahn::monitor {

/// What is worth knowing of a run, in sentences, the most important first. Names are as they are: whoever shows them escapes.
/// \param report with everything but its findings
std::vector<std::string> findings_of(const PipelineReport& report);

}  // namespace kahn::monitor
