#include "cases/peers.hpp"

#include "cases/inputs.hpp"
#include "measure/stopwatch.hpp"

#include <filesystem>
#include <utility>

namespace kahn::bench {

Contestant kahn_runner(const Settings& settings, const std::string& label, const std::string& file, int at_once,
                       std::vector<std::string> options) {
    const auto workspace = std::filesystem::path(file).replace_extension(".workspace");
    std::vector<std::string> words{settings.kahn, "run", file, "-j", std::to_string(at_once), "--workspace", workspace.string()};
    words.insert(words.end(), options.begin(), options.end());
    return {label, [words, workspace] {
                std::filesystem::remove_all(workspace);
                std::filesystem::create_directories(workspace);
                return measure_program(words);
            }};
}

std::vector<Contestant> runners(const Settings& settings, const std::string& name, const std::vector<Task>& tasks, int at_once) {
    const auto folder = settings.folder / name;
    std::filesystem::create_directories(folder);
    const std::string many = at_once == 0 ? "1000" : std::to_string(at_once);
    std::vector<Contestant> all;
    all.push_back(kahn_runner(settings, "kahn run", write_file(folder / "bench.json", kahn_file(tasks)).string(), at_once));
    if (has_program("ninja")) {
        write_file(folder / "build.ninja", ninja_file(tasks));
        all.push_back({"ninja", [folder, many] {
                           std::filesystem::remove(folder / ".ninja_log");
                           return measure_program({"ninja", "-C", folder.string(), "-j", many});
                       }});
    }
    if (has_program("make")) {
        write_file(folder / "Makefile", make_file(tasks));
        all.push_back({"make", [folder, many] { return measure_program({"make", "-s", "-C", folder.string(), "-j", many, "all"}); }});
    }
    return all;
}

}  // namespace kahn::bench
