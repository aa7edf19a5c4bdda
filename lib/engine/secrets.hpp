#pragma once

#include <kahn/base/masker.hpp>
#include <kahn/model/pipeline.hpp>

#include "engine/job_setup.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kahn {

/// What a run must not show, and what there is to say about it.
class Secrets {
public:
    Secrets() = default;

    std::shared_ptr<const Masker> masker;  ///< null: there is nothing to hide
    std::vector<std::string> warnings;     ///< secrets that cannot be hidden, by name
};

/// Names more secrets, each once.
void add_secrets(Pipeline& pipeline, const std::vector<std::string>& names);

/// Whether every secret needs a value: a run does, a plan does not.
enum class MissingSecrets { refused, ignored };

/// Looks the values of Pipeline::secrets up where the jobs will find them: in kahn's own environment, the variables, and in
/// the environment of every stage and job that sets one of them.
/// \throws ConfigError (invalid_config) for secrets without a value, and for a stage, a job or a pipeline that has a secret in
///         its name: names are shown, and are part of the names of files
Secrets find_secrets(const Pipeline& pipeline, const RunContext& context, MissingSecrets missing);

/// The definition as it may be shown. Names stay.
void hide_in_definition(const Masker& masker, Pipeline& pipeline);
/// What variables may be shown: of secrets nothing, of others without the secrets in them.
void hide_in_variables(const Masker& masker, const std::vector<std::string>& secrets, Variables& variables);

/// What came of something, as it may be shown.
void hide_in(const Masker& masker, Reason& reason);
void hide_in(const Masker& masker, AttemptOutcome& outcome);
void hide_in(const Masker& masker, PipelineJob& job);

}  // namespace kahn
