#pragma once

#include <kahn/model/pipeline.hpp>

#include <string>

namespace kahn::render {

/// `workflow ci.yml of acme/rocket at main with level=debug`, as it stands in the file: control characters and all.
std::string workflow_text(const GithubWorkflow& workflow);

}  // namespace kahn::render
