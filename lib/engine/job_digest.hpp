#pragma once

#include <kahn/engine/executor.hpp>
#include <kahn/model/pipeline.hpp>

#include "model/name_index.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kahn {

/// SHA-256 of all that decides a job's result: its commands or workflow, the declared environment with every variable in its place, the
/// working directory, the artifact globs, and `inputs`: what it depends on. Not of kahn's own environment, nor of what the run
/// and the attempt are called, nor of timeouts and retries. A native job has its version in place of commands; without one the
/// digest is its run's alone, and so is that of all that depends on it.
std::string job_digest(const AttemptRequest& request, std::string_view inputs);

/// What the jobs of a run get from those before them.
///
/// \par Object lifetimes
/// Refers to the run's pipeline, whose definition does not change.
class Lineage {
public:
    explicit Lineage(const Pipeline& run);

    /// The outputs of the jobs that it names as its dependencies, later ones over earlier ones.
    /// \pre they have ended
    Variables variables(std::size_t stage, std::size_t job) const;
    /// A digest of how all that it depends on ended: every job of the stages before, and the jobs that it names.
    /// \pre they have ended
    std::string inputs(std::size_t stage, std::size_t job);

private:
    const std::string& stage_result(std::size_t stage);
    const std::string& stage_inputs(std::size_t stage);

    const Pipeline& run_;
    NameIndex names_;
    std::vector<std::string> results_;  // by stage; empty: not asked for yet
    std::vector<std::string> inputs_;   // the same
};

}  // namespace kahn
