#pragma once

#include <kahn/model/pipeline.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::render {

/// A text that the engine would expand, with what the file says put in. What only a run knows is left as a reference.
class ExportText {
public:
    ExportText() = default;
    static ExportText reference(std::string_view name);
    static ExportText literal(std::string_view text);

    /// \param known values by name; any other name is left for the run
    static ExportText expand(const std::string& text, const std::map<std::string, ExportText, std::less<>>& known);

    bool is_literal() const noexcept { return text_.find('\0') == std::string::npos; }
    const std::string& text() const noexcept { return text_; }  ///< \pre is_literal()
    /// Put together by the shell that comes across it, which stops if a name is not defined.
    std::string shell_word() const;
    std::vector<std::string> references() const;

private:
    std::string text_;  // a reference is its name between two NULs, which no text has
};

using ExportTexts = std::map<std::string, ExportText, std::less<>>;

/// What a job finds in its environment beyond the pipeline's variables.
struct ExportEnvironment {
    ExportEnvironment() = default;

    Variables plain;      ///< known now
    ExportTexts composed; ///< to be exported by its script, all at once
    ExportTexts known;    ///< for its other fields
};

/// \param has_imports it sees outputs, which count more than the pipeline's variables
ExportEnvironment export_environment(const Pipeline& pipeline, const PipelineStage& stage, const PipelineJob& job, bool has_imports);

/// What a service adds to a job's script.
struct ScriptFrame {
    ScriptFrame() = default;

    std::vector<std::string> exports;   ///< `NAME='value'`, before anything else
    std::vector<std::string> imports;   ///< redirections that give the function `kahn_import` the outputs of a job before
    std::vector<std::string> publish;   ///< lines after success
    bool has_output_file = false;       ///< KAHN_OUTPUT names a file
};

/// Whether a service's own timeout says it: whole minutes, ten of them at least, of the only attempt.
bool has_plain_timeout(const PipelineJob& job) noexcept;

/// The commands of a job with its directory, attempts and timeouts, for a POSIX shell that stops at the first error.
std::string job_script(const PipelineJob& job, const ExportEnvironment& environment, const ScriptFrame& frame);

/// Whether the job, or what it starts by name, looks at the file for outputs.
bool names_output_file(const PipelineJob& job);

/// Patterns of files, below the working directory, without braces. \return nothing for one that only a run knows, or that
/// leaves the directory of the run
std::vector<std::string> exported_patterns(const PipelineJob& job, const std::vector<std::string>& patterns, const ExportEnvironment& environment,
                                           std::vector<std::string>& unsayable);

}  // namespace kahn::render
