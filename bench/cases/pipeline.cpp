// The order of work: a graph of the shape of a large project's CI, its jobs asleep most of the time, so that the makespan tells of
// nothing but scheduling. Beside it: the same with a barrier after each level.

#include "cases/cases.hpp"
#include "cases/inputs.hpp"
#include "cases/peers.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <string>

namespace kahn::bench {
namespace {

struct Shape {
    std::vector<Task> tasks;
    double critical_seconds = 0;
    double all_seconds = 0;
};

/// 70 jobs on 5 levels, each after one to three of the level above; most are short, a few long.
Shape large_project() {
    constexpr std::array<int, 5> widths{2, 12, 30, 20, 6};
    std::mt19937 random(20261126);
    Shape shape;
    std::vector<double> ends;
    std::size_t above = 0;
    std::size_t above_count = 0;
    for (const int width : widths) {
        const std::size_t first = shape.tasks.size();
        for (int i = 0; i < width; ++i) {
            const int milliseconds = static_cast<int>(random() % 10 == 0 ? 300 + random() % 500 : 20 + random() % 130);
            char command[32];
            std::snprintf(command, sizeof command, "sleep 0.%03d", milliseconds);
            Task task{"job" + std::to_string(shape.tasks.size()), command, {}};
            double begin = 0;
            for (std::size_t n = above_count == 0 ? 0 : 1 + random() % 3; n > 0; --n) {
                const std::size_t other = above + random() % above_count;
                if (std::find(task.after.begin(), task.after.end(), other) != task.after.end()) continue;
                task.after.push_back(other);
                begin = std::max(begin, ends[other]);
            }
            ends.push_back(begin + milliseconds / 1000.0);
            shape.all_seconds += milliseconds / 1000.0;
            shape.critical_seconds = std::max(shape.critical_seconds, ends.back());
            shape.tasks.push_back(std::move(task));
        }
        above = first;
        above_count = static_cast<std::size_t>(width);
    }
    return shape;
}

}  // namespace

std::vector<Comparison> pipeline_cases(const Settings& settings) {
    const Shape shape = large_project();
    std::vector<Comparison> all;
    for (const int workers : settings.is_quick ? std::vector<int>{10, 0} : std::vector<int>{1, 2, 4, 10, 0}) {
        Comparison out;
        const double bound = workers == 0 ? shape.critical_seconds : std::max(shape.critical_seconds, shape.all_seconds / workers);
        char text[96];
        std::snprintf(text, sizeof text, "pipeline/70 jobs, %s workers, lower bound %.3f s", workers == 0 ? "unlimited" : std::to_string(workers).c_str(), bound);
        out.name = text;
        out.item = "run";
        const std::string folder = "pipeline-" + std::to_string(workers);
        out.contestants = runners(settings, folder, shape.tasks, workers);
        const auto file = write_file(settings.folder / folder / "levels.json", kahn_file(shape.tasks));
        out.contestants.push_back(kahn_runner(settings, "kahn run --schedule=levels", file.string(), workers, {"--schedule", "levels"}));
        all.push_back(std::move(out));
    }
    return all;
}

}  // namespace kahn::bench
