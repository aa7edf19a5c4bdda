#include "render/workflow_text.hpp"

namespace kahn::render {

std::string workflow_text(const GithubWorkflow& workflow) {
    std::string out = "workflow " + workflow.workflow + " of " + workflow.repo;
    if (!workflow.ref.empty()) out += " at " + workflow.ref;
    const char* separator = " with ";
    for (const auto& [name, value] : workflow.inputs) {
        out += separator + name + '=' + value;
        separator = ", ";
    }
    if (!workflow.wait) out += "; only started";
    return out;
}

}  // namespace kahn::render
