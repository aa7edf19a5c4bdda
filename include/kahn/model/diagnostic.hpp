#pragma once

#include <kahn/base/error.hpp>
#include <kahn/model/pipeline.hpp>

#include <string>
#include <vector>

namespace kahn {

/// A second place that belongs to a diagnostic: the first definition, the next edge of a cycle.
struct RelatedPlace {
    SourceLocation location;
    std::size_t length = 1;  ///< bytes to underline
    std::string message;     ///< beside the caret
};

/// One problem of one pipeline file.
struct Diagnostic {
    enum class Severity { error, warning };

    std::string code;  ///< `K012`, stable for ever
    Severity severity = Severity::error;
    std::string message;  ///< one line, without position
    SourceLocation location;
    std::size_t length = 1;  ///< bytes to underline
    std::string label;       ///< beside the caret, may be empty
    std::string help;        ///< a line of advice, may be empty
    std::vector<RelatedPlace> related;
};

/// A pipeline configuration that cannot be used, with every problem found in it.
class ConfigError : public Error {
public:
    /// \param file    as the user named it
    /// \param source  the file's text, for the lines in the message; may be empty
    ConfigError(Errc code, std::string file, std::string source, std::vector<Diagnostic> diagnostics);

    const std::string& file() const noexcept { return file_; }
    const std::string& source() const noexcept { return source_; }
    /// Sorted by position.
    const std::vector<Diagnostic>& diagnostics() const noexcept { return diagnostics_; }

private:
    std::string file_;
    std::string source_;
    std::vector<Diagnostic> diagnostics_;
};

/// `ci.yaml:52:5: error[K012]: unknown key 'dependancies' in job 'package'`: one line, without the source.
std::string to_line(const std::string& file, const Diagnostic& diagnostic);

}  // namespace kahn
