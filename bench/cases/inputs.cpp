#include "cases/inputs.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace kahn::bench {
namespace {

namespace json = boost::json;

json::object job_of(const Task& task) { return {{"name", task.name}, {"commands", json::array{task.command}}}; }

/// A `$` is special to both make and ninja, and doubled in both.
std::string doubled_dollars(const std::string& text) {
    std::string out;
    for (const char c : text) out.append(c == '$' ? 2 : 1, c);
    return out;
}

}  // namespace

std::vector<Task> equal_tasks(int count, const std::string& command) {
    std::vector<Task> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back({"job" + std::to_string(i), command, {}});
    return tasks;
}

Pipeline equal_jobs(int count, const std::string& command) {
    PipelineStage stage("all");
    for (int i = 0; i < count; ++i) stage.jobs.emplace_back("job" + std::to_string(i), std::vector<std::string>{command});
    Pipeline pipeline;
    pipeline.name = "bench";
    pipeline.stages.push_back(std::move(stage));
    return pipeline;
}

std::string kahn_file(const std::vector<Task>& tasks) {
    const bool has_order = std::any_of(tasks.begin(), tasks.end(), [](const Task& task) { return !task.after.empty(); });
    json::array stages;
    json::array together;
    for (const Task& task : tasks) {
        if (!has_order) {
            together.push_back(job_of(task));
            continue;
        }
        json::array before;
        for (const std::size_t other : task.after) before.emplace_back(tasks[other].name);
        stages.push_back(json::object{{"name", task.name}, {"dependencies", std::move(before)}, {"jobs", json::array{job_of(task)}}});
    }
    if (!has_order) stages.push_back(json::object{{"name", "all"}, {"jobs", std::move(together)}});
    return json::serialize(json::object{{"name", "bench"}, {"stages", std::move(stages)}});
}

std::string ninja_file(const std::vector<Task>& tasks) {
    std::string out = "rule run\n  command = $command\n";
    for (const Task& task : tasks) {
        out += "build " + task.name + ": run";
        for (const std::size_t other : task.after) out += " " + tasks[other].name;
        out += "\n  command = " + doubled_dollars(task.command) + "\n";
    }
    return out;
}

std::string make_file(const std::vector<Task>& tasks) {
    std::string all = ".PHONY: all";
    std::string goal = "all:";
    std::string rules;
    for (const Task& task : tasks) {
        all += " " + task.name;
        goal += " " + task.name;
        rules += task.name + ":";
        for (const std::size_t other : task.after) rules += " " + tasks[other].name;
        rules += "\n\t@" + doubled_dollars(task.command) + "\n";
    }
    return "MAKEFLAGS += --no-builtin-rules\n" + all + "\n" + goal + "\n" + rules;
}

std::filesystem::path write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + path.string());
    return path;
}

}  // namespace kahn::bench
