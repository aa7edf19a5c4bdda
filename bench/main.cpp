// kahn against the limit and its peers, side by side in one run. See README.md.

#include "cases/cases.hpp"
#include "measure/comparison.hpp"
#include "measure/machine.hpp"
#include "measure/report.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace kahn::bench;

struct Case {
    const char* name;
    std::vector<Comparison> (*make)(const Settings&);
};

constexpr Case all_cases[] = {
    {"spawn", spawn_cases},   {"graph", graph_cases}, {"pipeline", pipeline_cases}, {"output", output_cases},
    {"config", config_cases}, {"start", start_cases}, {"scale", scale_cases},
    {"record", record_cases}, {"engine", engine_cases}, {"host", host_cases}, {"remote", remote_cases},
};

/// A folder that is gone when this is.
class WorkFolder {
public:
    WorkFolder() {
        std::string path = (std::filesystem::temp_directory_path() / "kahn-bench-XXXXXX").string();
        if (!::mkdtemp(path.data())) throw std::runtime_error("cannot make " + path);
        path_ = path;
    }
    ~WorkFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

void run(const std::vector<std::string>& wanted, const std::string& part, Settings settings, int rounds, const std::string& json_file) {
    const WorkFolder folder;
    settings.folder = folder.path();
    std::ofstream out;
    if (!json_file.empty()) out.open(json_file);
    const Facts machine = machine_facts();
    for (const auto& [name, value] : machine) std::printf("%-12s %s\n", name.c_str(), value.c_str());
    if (out.is_open()) out << json(machine) << '\n';
    for (const Case& one : all_cases) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), one.name) == wanted.end()) continue;
        for (const Comparison& comparison : one.make(settings)) {
            if (comparison.name.find(part) == std::string::npos) continue;
            const auto results = compare(comparison, rounds);
            std::printf("\n%s", table(comparison, results).c_str());
            std::fflush(stdout);
            if (out.is_open()) out << json(comparison, results) << '\n' << std::flush;
        }
    }
    if (out.is_open() && !out) throw std::runtime_error("cannot write " + json_file);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Compares kahn with the limit and its peers. Ratios are medians of the first line's time over each other's: "
                 "below 1, the first one is faster.");
    std::vector<std::string> wanted;
    std::vector<std::string> names;
    for (const Case& one : all_cases) names.emplace_back(one.name);
    Settings settings;
    settings.kahn = KAHN_PROGRAM;
    settings.noop = KAHN_BENCH_NOOP;
    settings.spawn_limit = KAHN_BENCH_SPAWN_LIMIT;
#ifdef KAHN_BENCH_GITHUB
    settings.github = KAHN_BENCH_GITHUB;
#endif
    std::string part;
    int rounds = 5;
    std::string json_file;
    app.add_option("CASE", wanted, "Only these cases")->check(CLI::IsMember(names));
    app.add_option("--only", part, "Only comparisons with this in their name");
    app.add_option("--rounds", rounds, "Of each contestant, after one to warm up")->check(CLI::Range(1, 1000));
    app.add_flag("--quick", settings.is_quick, "The smallest sizes");
    app.add_option("--json", json_file, "Write the figures there, an object a line");
    app.add_option("--kahn", settings.kahn, "Another kahn to measure")->check(CLI::ExistingFile);
    CLI11_PARSE(app, argc, argv);
    try {
        run(wanted, part, settings, rounds, json_file);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "kahn-bench: %s\n", failure.what());
        return 1;
    }
}
