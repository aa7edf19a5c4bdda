#include <kahn/config/load.hpp>

#include "config/checks.hpp"
#include "config/document_builder.hpp"
#include "config/keys.hpp"
#include "config/matrix.hpp"
#include "config/native_jobs.hpp"
#include "config/readers.hpp"
#include "config/writers.hpp"

#include "base/files.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

namespace kahn::config {
namespace {

constexpr std::size_t longest_file = std::size_t{64} << 20;

Pipeline read_pipeline(const Document& document, const LineIndex* lines, Report& report) {
    Pipeline pipeline;
    Places places(document);
    const Reading reading{document, report, places, lines};
    read_members(reading, 0, Owner{"pipeline"}, "pipeline", pipeline_keys(), pipeline);
    expand_dependencies(reading, pipeline);
    check_pipeline(pipeline, places, report);
    return pipeline;
}

/// Whether the document's root can be a pipeline.
bool check_root(const Document& document, Report& report) {
    const bool is_empty = document.size() == 0 || document[0].kind == Node::Kind::null;
    if (!is_empty && document[0].kind == Node::Kind::mapping) return true;
    const std::string subject = document.is_value() ? "the value is " : "the file is ";
    const std::string what = is_empty                                   ? "empty"
                             : document[0].kind == Node::Kind::sequence ? "a list"
                                                                        : "a single value";
    const Span span = document.size() == 0 ? Span{0, 1} : document[0].span;
    report.add(Problem(Code::no_pipeline, span, subject + what + ": a pipeline is a mapping with 'name' and 'stages'"));
    return false;
}

std::optional<Document> read(std::string_view text, Format format, Report& report) {
    const bool is_empty = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (is_empty) return Document();
    return format == Format::json ? read_json(text, report) : read_yaml(text, report);
}

std::string read_standard_input() {
    std::string text;
    std::string block(std::size_t{1} << 16, '\0');
    while (text.size() <= longest_file) {
        const ssize_t count = ::read(STDIN_FILENO, block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            throw Error(Errc::config_not_found,
                        "cannot read standard input: " + std::generic_category().message(errno));
        }
        if (count == 0) return text;
        text.append(block, 0, static_cast<std::size_t>(count));
    }
    throw Error(Errc::config_not_found,
                "cannot read standard input: larger than " + std::to_string(longest_file) + " bytes");
}

Document document_of(const Pipeline& pipeline, Report& report) {
    DocumentBuilder builder = DocumentBuilder::for_value(report);
    try {
        write_members(pipeline, pipeline_keys(), builder);
    } catch (const ReadFailure& failure) {
        report.add(failure.problem);
    }
    return builder.finish();
}

}  // namespace

Format format_of(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return extension == ".json" ? Format::json : Format::yaml;
}

bool LoadResult::ok() const noexcept {
    return std::none_of(diagnostics.begin(), diagnostics.end(),
                        [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; });
}

LoadResult load_file(const std::filesystem::path& path) {
    const bool is_standard_input = path == "-";
    std::string text;
    try {
        text = is_standard_input ? read_standard_input() : read_regular_file(path, longest_file);
    } catch (const Error& error) {
        LoadResult result;
        result.file = path.string();
        result.diagnostics.push_back(unreadable(error));
        return result;
    }
    LoadResult result = load_text(std::move(text), format_of(path), path.string());
    if (!is_standard_input) result.pipeline.source = path;
    return result;
}

LoadResult load_text(std::string text, Format format, std::string file) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    LoadResult result;
    result.file = std::move(file);
    result.source = std::move(text);
    Report report;
    if (result.source.size() > longest_file) {
        report.add(Problem(Code::too_large, {0, 1}, "larger than " + std::to_string(longest_file) + " bytes"));
    } else if (const auto document = read(result.source, format, report); document && check_root(*document, report)) {
        const LineIndex lines(result.source);
        result.pipeline = read_pipeline(*document, &lines, report);
    }
    result.diagnostics = report.diagnostics(result.source);
    return result;
}

LoadResult load_value(const boost::json::value& value) {
    LoadResult result;
    Report report;
    const Document document = read_value(value, report);
    if (report.empty() && check_root(document, report)) result.pipeline = read_pipeline(document, nullptr, report);
    result.diagnostics = report.diagnostics(document);
    return result;
}

namespace {

std::vector<Diagnostic> check_as_written(const Pipeline& pipeline) {
    Report report;
    const Document document = document_of(pipeline, report);
    if (report.empty()) (void)read_pipeline(document, nullptr, report);
    return report.diagnostics(document);
}

std::string write(const Pipeline& pipeline, Format format) {
    Report report;  // a text is written also of what could not be read again
    const Document document = document_of(pipeline, report);
    return format == Format::json ? write_json(document) : write_yaml(document);
}

}  // namespace

std::vector<Diagnostic> check(const Pipeline& pipeline) {
    if (!first_native_job(pipeline)) return check_as_written(pipeline);
    std::vector<Diagnostic> found = check_as_written(with_commands_for_native_jobs(pipeline));
    for (Diagnostic& diagnostic : check_native_jobs(pipeline)) found.push_back(std::move(diagnostic));
    return found;
}

Pipeline require(LoadResult result) {
    if (result.ok()) return std::move(result.pipeline);
    const bool is_unread = result.diagnostics.front().code == to_string(Code::unreadable);
    throw ConfigError(is_unread ? Errc::config_not_found : Errc::invalid_config, std::move(result.file),
                      std::move(result.source), std::move(result.diagnostics));
}

std::string to_text(const Pipeline& pipeline, Format format) {
    if (const NativePlace native = first_native_job(pipeline)) {
        throw NotImplemented("saving the native job '" + native.stage->name + "." + native.job->name +
                             "': its work is a coroutine of the program, which no file can say");
    }
    return write(pipeline, format);
}

std::string digest(const Pipeline& pipeline) { return sha256_hex(write(pipeline, Format::json)); }

}  // namespace kahn::config
