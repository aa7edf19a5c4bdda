// What remembering costs: the same jobs that do nothing, with no run recorded and with every one. The ratio is the part of the
// throughput that is left (0.95: remembering costs 5 per cent).

#include "cases/cases.hpp"
#include "cases/inputs.hpp"
#include "measure/stopwatch.hpp"

#include <kahn/manager/pipeline_manager.hpp>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace kahn::bench {
namespace {

/// One run by a manager of its own, from making it to the end of it, in a workspace that has seen such runs before.
/// \param durability nothing: the run is not recorded
Contestant runs(const std::string& label, const Settings& settings, const std::string& name, const Pipeline& pipeline,
                std::optional<store::Durability> durability) {
    Options options;
    options.workspace_dir = settings.folder / name;
    options.remembers = durability.has_value();
    if (durability) options.durability = *durability;
    options.engine.max_workers = 16;
    return {label, [options, pipeline] {
                return measure([&] {
                    PipelineManager manager(options);
                    manager.create_pipeline(pipeline);
                    if (manager.run_pipeline(pipeline.name).status != PipelineStatus::success) throw std::runtime_error("a job failed");
                });
            }};
}

Comparison comparison(const Settings& settings, int jobs, const std::string& kind, const std::string& command) {
    Comparison out;
    out.name = "record/" + kind + "/" + std::to_string(jobs) + " jobs, 16 at once";
    out.items = jobs;
    const Pipeline pipeline = equal_jobs(jobs, command);
    const std::string folder = "record-" + std::to_string(jobs) + "-" + std::string(1, kind.front());
    out.contestants.push_back(runs("not recorded", settings, folder + "-not", pipeline, std::nullopt));
    out.contestants.push_back(runs("recorded", settings, folder, pipeline, store::Durability::normal));
    out.contestants.push_back(runs("recorded, durability full", settings, folder + "-full", pipeline, store::Durability::full));
    return out;
}

}  // namespace

std::vector<Comparison> record_cases(const Settings& settings) {
    std::vector<Comparison> all;
    for (const int jobs : settings.is_quick ? std::vector<int>{200} : std::vector<int>{2000, 10'000}) {
        all.push_back(comparison(settings, jobs, "true", "true"));  // a builtin: by the shell
        all.push_back(comparison(settings, jobs, "static program, direct", settings.noop));
    }
    return all;
}

}  // namespace kahn::bench
