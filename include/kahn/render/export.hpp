#pragma once

#include <kahn/model/pipeline.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace kahn::render {

/// A pipeline in the words of a service that runs such things.
struct ExportedPipeline {
    ExportedPipeline() = default;

    std::string text;                ///< the whole file; the notes stand at its top as comments
    std::vector<std::string> notes;  ///< what cannot be said there, or wants something from a person: one line each
};
static_assert(!std::is_aggregate_v<ExportedPipeline>);

/// A workflow of GitHub Actions: a job for each job, whose id is made of the stage's and the job's name.
///
/// Values reach commands by the environment or in a shell's quotes, never as text that the service puts in. A condition that
/// cannot be said there never holds there, and is named in the notes.
/// \pre the pipeline has no errors (config::check())
ExportedPipeline to_github_workflow(const Pipeline& pipeline);

/// The same for `.gitlab-ci.yml`. It runs with any image that has a POSIX shell and `timeout`.
ExportedPipeline to_gitlab_pipeline(const Pipeline& pipeline);

}  // namespace kahn::render
