// Starting and ending children: many jobs that do nothing, output captured.

#include "cases/cases.hpp"
#include "cases/inputs.hpp"
#include "cases/peers.hpp"
#include "measure/stopwatch.hpp"

#include <kahn/manager/pipeline_manager.hpp>

#include <memory>
#include <stdexcept>

namespace kahn::bench {
namespace {

/// The engine inside this process: no view, nothing remembered, no start of a program.
Contestant library(const Settings& settings, int jobs, int at_once, const std::string& command) {
    Options options;
    options.workspace_dir = settings.folder / "library";
    options.remembers = false;
    options.engine.max_workers = static_cast<unsigned>(at_once);
    const auto manager = std::make_shared<PipelineManager>(options);
    manager->create_pipeline(equal_jobs(jobs, command));
    const std::string name = "library (" + std::string(to_string(manager->containment().containment)) + ")";
    return {name, [manager] {
                return measure([&manager] {
                    if (manager->run_pipeline("bench").status != PipelineStatus::success) throw std::runtime_error("a job failed");
                });
            }};
}

Contestant limit(const Settings& settings, int jobs, int at_once, int threads, std::vector<std::string> command) {
    std::vector<std::string> words{settings.spawn_limit, std::to_string(jobs), std::to_string(at_once), std::to_string(threads)};
    words.insert(words.end(), command.begin(), command.end());
    return {threads == 1 ? "C loop" : "C loop, 2 threads", [words] { return measure_program(words); }};
}

Contestant piped(const std::string& name, const std::string& program, int jobs, int at_once, const std::string& command) {
    const std::string script = "seq " + std::to_string(jobs) + " | " + program + " " + std::to_string(at_once) + " " + command;
    return {name, [script] { return measure_program({"sh", "-c", script}); }};
}

Comparison comparison(const Settings& settings, int jobs, int at_once, bool is_direct) {
    Comparison out;
    out.name = "spawn/" + std::string(is_direct ? "static program, direct" : "sh -c true") + "/" + std::to_string(jobs) + " jobs, " +
               std::to_string(at_once) + " at once";
    out.items = jobs;
    // `:` is a builtin: it needs a shell.
    const std::string command = is_direct ? settings.noop : "true; :";
    const std::vector<std::string> words = is_direct ? std::vector<std::string>{settings.noop}
                                                     : std::vector<std::string>{"/bin/sh", "-c", command};
    const std::string folder = "spawn-" + std::to_string(jobs) + "-" + std::to_string(at_once) + (is_direct ? "-direct" : "-shell");
    out.contestants = runners(settings, folder, equal_tasks(jobs, command), at_once);
    out.contestants.push_back(library(settings, jobs, at_once, command));
    out.contestants.push_back(limit(settings, jobs, at_once, 1, words));
    if (at_once > 1) out.contestants.push_back(limit(settings, jobs, at_once, 2, words));
    if (is_direct && has_program("xargs")) out.contestants.push_back(piped("xargs", "xargs -n 1 -P", jobs, at_once, command));
    if (is_direct && jobs <= 1000 && has_program("parallel")) {
        out.contestants.push_back(piped("GNU parallel", "parallel -N 0 -j", jobs, at_once, command));
    }
    return out;
}

}  // namespace

std::vector<Comparison> spawn_cases(const Settings& settings) {
    std::vector<Comparison> all;
    for (const bool is_direct : {true, false}) {
        if (settings.is_quick) {
            all.push_back(comparison(settings, 200, 10, is_direct));
            continue;
        }
        for (const int at_once : {1, 2, 4, 16, 64}) all.push_back(comparison(settings, 1000, at_once, is_direct));
        all.push_back(comparison(settings, 10'000, 16, is_direct));
    }
    return all;
}

}  // namespace kahn::bench
