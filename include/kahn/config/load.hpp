#pragma once

#include <kahn/model/diagnostic.hpp>
#include <kahn/model/pipeline.hpp>

#include <boost/json/value.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::config {

enum class Format { yaml, json };

/// `.json` is JSON, anything else YAML.
Format format_of(const std::filesystem::path& path);

/// What reading a pipeline file came to. Usable if no diagnostic is an error.
struct LoadResult {
    LoadResult() = default;

    Pipeline pipeline;
    std::string file;    ///< as the user named it
    std::string source;  ///< the text that was read
    std::vector<Diagnostic> diagnostics;  ///< every one that there is, sorted by position

    bool ok() const noexcept;
};

/// Reads and checks a pipeline file; `-` is standard input. Only regular files of at most 64 MiB are opened. A file that
/// cannot be read is a diagnostic, too.
LoadResult load_file(const std::filesystem::path& path);

/// The same for text in memory. \param file for messages
LoadResult load_text(std::string text, Format format, std::string file);

/// The same for a JSON value; its diagnostics have no position, but name the path to the value (`stages[2].jobs[0]`).
LoadResult load_value(const boost::json::value& value);

/// The checks of load_text() on a pipeline that was built in memory: names, cycles, expressions, limits; and that a native job
/// has nothing beside its coroutine.
std::vector<Diagnostic> check(const Pipeline& pipeline);

/// The pipeline, or a ConfigError with every diagnostic.
Pipeline require(LoadResult result);

/// Text that load_text() reads into an equal pipeline. Keys that have their default are left out.
/// \throws NotImplemented for a native job, which no file can say
std::string to_text(const Pipeline& pipeline, Format format);

/// SHA-256 of the definition. What the coroutine of a native job does is not in it.
std::string digest(const Pipeline& pipeline);

}  // namespace kahn::config
