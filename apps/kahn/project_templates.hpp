#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::app {

/// What `kahn init` looks at in a project.
struct ProjectFacts {
    std::vector<std::string> kinds;         ///< what was recognised, the first one by order of all_templates()
    std::vector<std::string> node_scripts;  ///< of package.json
    bool has_node_lock = false;
};

/// `cmake node python go rust empty`
std::vector<std::string> all_templates();

/// Never throws for what cannot be read: that is not recognised.
ProjectFacts look_at(const std::filesystem::path& directory);

/// A pipeline file of its own kind for a project, ready to run. \param schema what the editor's line refers to
std::string make_pipeline_file(std::string_view kind, const std::string& name, const ProjectFacts& facts, const std::string& schema);

}  // namespace kahn::app
