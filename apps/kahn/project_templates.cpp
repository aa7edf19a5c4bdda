#include "project_templates.hpp"

#include <kahn/base/error.hpp>
#include <kahn/config/load.hpp>

#include "base/files.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <system_error>

namespace kahn::app {
namespace {

constexpr std::size_t most_bytes = 1U << 20;  // of a package.json that is looked at

bool has(const std::filesystem::path& directory, const char* file) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(directory / file, ignored);
}

/// What marks a project of a kind. In the order in which the first is taken.
struct Marker {
    const char* kind;
    std::array<const char*, 2> files;
};
constexpr std::array<Marker, 5> markers{{{"cmake", {"CMakeLists.txt", nullptr}},
                                         {"rust", {"Cargo.toml", nullptr}},
                                         {"go", {"go.mod", nullptr}},
                                         {"node", {"package.json", nullptr}},
                                         {"python", {"pyproject.toml", "setup.py"}}}};

std::vector<std::string> scripts_of(const std::filesystem::path& package) {
    std::vector<std::string> names;
    boost::system::error_code error;
    std::string text;
    try {
        text = read_regular_file(package, most_bytes);
    } catch (const Error&) {
        return names;
    }
    const auto root = boost::json::parse(text, error);
    if (error || !root.is_object()) return names;
    const auto* const scripts = root.as_object().if_contains("scripts");
    if (!scripts || !scripts->is_object()) return names;
    for (const auto& member : scripts->as_object()) names.emplace_back(member.key());
    return names;
}

PipelineJob job(std::string name, std::vector<std::string> commands) { return {std::move(name), std::move(commands)}; }

PipelineStage stage(std::string name, std::vector<PipelineJob> jobs, std::vector<std::string> dependencies = {}) {
    PipelineStage made(std::move(name), std::move(jobs));
    made.dependencies = std::move(dependencies);
    return made;
}

std::vector<PipelineStage> cmake_stages() {
    PipelineStage build = stage("build", {job("debug", {"cmake -S . -B build/debug -D CMAKE_BUILD_TYPE=Debug", "cmake --build build/debug --parallel"}),
                                          job("release", {"cmake -S . -B build/release -D CMAKE_BUILD_TYPE=Release", "cmake --build build/release --parallel"})});
    PipelineStage test = stage("test", {job("debug", {"ctest --test-dir build/debug --output-on-failure"}),
                                        job("release", {"ctest --test-dir build/release --output-on-failure"})}, {"build"});
    return {build, test};
}

std::vector<PipelineStage> node_stages(const ProjectFacts& facts) {
    std::vector<PipelineStage> stages{stage("install", {job("packages", {facts.has_node_lock ? "npm ci" : "npm install"})})};
    std::vector<PipelineJob> checks;
    for (const std::string name : {"lint", "typecheck", "test"}) {
        const bool is_there = std::find(facts.node_scripts.begin(), facts.node_scripts.end(), name) != facts.node_scripts.end();
        if (is_there) checks.push_back(job(name, {"npm run " + name}));
    }
    if (!checks.empty()) stages.push_back(stage("check", checks, {"install"}));
    if (std::find(facts.node_scripts.begin(), facts.node_scripts.end(), "build") != facts.node_scripts.end()) {
        stages.push_back(stage("build", {job("build", {"npm run build"})}, {stages.back().name}));
    }
    return stages;
}

std::vector<PipelineStage> python_stages() {
    return {stage("install", {job("environment", {"python3 -m venv .venv", ".venv/bin/pip install --quiet . pytest"})}),
            stage("check", {job("compile", {".venv/bin/python -m compileall -q -x '/[.]venv/' ."}), job("test", {".venv/bin/python -m pytest"})},
                  {"install"})};
}

std::vector<PipelineStage> go_stages() {
    return {stage("build", {job("build", {"go build ./..."}), job("vet", {"go vet ./..."})}),
            stage("test", {job("test", {"go test ./..."})}, {"build"})};
}

std::vector<PipelineStage> rust_stages() {
    return {stage("build", {job("build", {"cargo build --all-targets"})}),
            stage("check", {job("test", {"cargo test"}), job("format", {"cargo fmt --check"})}, {"build"})};
}

std::vector<PipelineStage> empty_stages() {
    return {stage("hello", {job("greet", {"echo \"hello from $KAHN_PIPELINE\""})})};
}

std::vector<PipelineStage> stages_of(std::string_view kind, const ProjectFacts& facts) {
    if (kind == "cmake") return cmake_stages();
    if (kind == "node") return node_stages(facts);
    if (kind == "python") return python_stages();
    if (kind == "go") return go_stages();
    if (kind == "rust") return rust_stages();
    return empty_stages();
}

}  // namespace

std::vector<std::string> all_templates() { return {"cmake", "node", "python", "go", "rust", "empty"}; }

ProjectFacts look_at(const std::filesystem::path& directory) {
    ProjectFacts facts;
    for (const Marker& marker : markers) {
        const auto is_there = [&directory](const char* file) { return file && has(directory, file); };
        if (std::any_of(marker.files.begin(), marker.files.end(), is_there)) facts.kinds.emplace_back(marker.kind);
    }
    facts.node_scripts = scripts_of(directory / "package.json");
    facts.has_node_lock = has(directory, "package-lock.json");
    return facts;
}

std::string make_pipeline_file(std::string_view kind, const std::string& name, const ProjectFacts& facts, const std::string& schema) {
    Pipeline pipeline;
    pipeline.name = name;
    pipeline.stages = stages_of(kind, facts);
    return "# yaml-language-server: $schema=" + schema +
           "\n# Check it with `kahn validate`, see what would run with `kahn plan`, run it with `kahn run`.\n" +
           config::to_text(pipeline, config::Format::yaml);
}

}  // namespace kahn::app
