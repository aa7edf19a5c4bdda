#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "pipeline_file.hpp"

#include <kahn/config/load.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "render/json_array.hpp"
#include "render/json_text.hpp"
#include "render/workflow_text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

namespace kahn::app {
namespace {

namespace fs = std::filesystem;
using render::append_json_array;
using render::JsonObject;

struct Arguments {
    std::string path = ".";
    bool as_json = false;
};

std::string json_of(const Pipeline& pipeline, const std::string& file) {
    std::string out;
    {
        JsonObject object(out);
        object.text("file", file);
        object.text("pipeline", pipeline.name);
        object.text("description", pipeline.description);
        object.name("stages");
        append_json_array(out, pipeline.stages, [&out](const PipelineStage& stage) {
            JsonObject its(out);
            its.text("name", stage.name);
            its.texts("dependencies", stage.dependencies);
            its.name("jobs");
            append_json_array(out, stage.jobs, [&out](const PipelineJob& job) {
                JsonObject own(out);
                own.text("name", job.name);
                own.texts("dependencies", job.dependencies);
                own.number("commands", job.commands.size());
                if (job.github) own.text("github", render::workflow_text(*job.github));
            });
        });
    }
    return out + '\n';
}

std::string count(std::size_t n, const char* word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); }

std::string after(const std::vector<std::string>& dependencies) {
    return dependencies.empty() ? std::string() : "  (after " + printable(join(dependencies, ", ")) + ')';
}

int list_file(const Arguments& given, Console& console) {
    const Pipeline pipeline = read_pipeline(given.path, console);
    if (given.as_json) {
        console.out.write(json_of(pipeline, given.path));
        return exit_success;
    }
    console.out.write(printable(pipeline.name) + (pipeline.description.empty() ? "" : ": " + printable(pipeline.description)) + '\n');
    for (const PipelineStage& stage : pipeline.stages) {
        console.out.write("  " + printable(stage.name) + after(stage.dependencies) + '\n');
        for (const PipelineJob& job : stage.jobs) {
            console.out.write("    " + printable(job.name) + after(job.dependencies) + '\n');
        }
    }
    return exit_success;
}

std::vector<fs::path> candidates(const fs::path& directory) {
    std::vector<fs::path> files;
    std::error_code error;
    const fs::directory_iterator entries(directory, error);
    if (error) throw Error(Errc::config_not_found, "cannot read the directory '" + directory.string() + "': " + error.message());
    for (const fs::directory_entry& entry : entries) {
        const auto extension = entry.path().extension();
        std::error_code ignored;
        if ((extension == ".yaml" || extension == ".yml" || extension == ".json") && entry.is_regular_file(ignored)) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// Whether a file that cannot be loaded was meant as a pipeline: it has a top-level `stages`.
bool looks_like_a_pipeline(const std::string& source) {
    for (std::size_t line = 0; line < source.size();) {
        if (source.compare(line, 7, "stages:") == 0) return true;
        line = std::min(source.find('\n', line), source.size() - 1) + 1;
    }
    return source.find("\"stages\"") != std::string::npos;
}

int list_directory(const Arguments& given, Console& console) {
    std::size_t widest = 0;
    std::vector<std::pair<std::string, std::string>> rows;
    for (const fs::path& path : candidates(given.path)) {
        const std::string file = given.path == "." ? path.filename().string() : path.string();
        const config::LoadResult result = config::load_file(path);
        const auto errors = std::count_if(result.diagnostics.begin(), result.diagnostics.end(), [](const Diagnostic& d) {
            return d.severity == Diagnostic::Severity::error;
        });
        if (errors > 0 && !looks_like_a_pipeline(result.source)) continue;
        if (given.as_json && errors == 0) {
            console.out.write(json_of(result.pipeline, file));
        } else if (given.as_json) {
            std::string out;
            {
                JsonObject object(out);
                object.text("file", file);
                object.number("errors", errors);
            }
            console.out.write(out + '\n');
        } else {
            rows.emplace_back(printable(file), errors > 0 ? "invalid: " + count(static_cast<std::size_t>(errors), "error")
                                                          : printable(result.pipeline.name) + "  " +
                                                                count(result.pipeline.stages.size(), "stage") + ", " +
                                                                count(result.pipeline.job_count(), "job"));
            widest = std::max(widest, rows.back().first.size());
        }
    }
    for (auto& [file, what] : rows) {
        file.resize(widest + 2, ' ');
        console.out.write(file + what + '\n');
    }
    return exit_success;
}

int list(const Arguments& given, Console& console) {
    std::error_code error;
    if (given.path == "-" || !fs::is_directory(given.path, error)) return list_file(given, console);
    return list_directory(given, console);
}

}  // namespace

void add_list(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("list", "List pipeline files, or the stages and jobs of one");
    command->add_option("PATH", given->path, "A directory (default: this one), or a pipeline file")->type_name("");
    command->add_flag("--json", given->as_json, "An object a pipeline, one a line");
    command->footer("Examples:\n  kahn list             the pipelines in this directory\n  kahn list ci.yaml     its stages and jobs");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return list(*given, console); }; });
}

}  // namespace kahn::app
