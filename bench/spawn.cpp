// How much the engine adds to starting a process: N jobs of `true` through a PipelineManager, against a plain loop of
// posix_spawn and waitpid, interleaved in one run. Prints medians and their ratio; only the ratio means anything elsewhere.
//
//     kahn-bench [JOBS [WORKERS [ROUNDS]]]

#include <kahn/manager/pipeline_manager.hpp>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double microseconds_per_job(int jobs, const std::function<void()>& work) {
    const auto began = Clock::now();
    work();
    return std::chrono::duration<double, std::micro>(Clock::now() - began).count() / jobs;
}

/// The limit: as many at once, no output captured, nothing recorded.
void plain_loop(int jobs, int workers) {
    std::string program = "/bin/true";
    char* const arguments[] = {program.data(), nullptr};
    int started = 0;
    int running = 0;
    while (started < jobs || running > 0) {
        if (started < jobs && running < workers) {
            pid_t pid = 0;
            if (::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ) != 0) std::exit(1);
            ++started;
            ++running;
        } else {
            if (::waitpid(-1, nullptr, 0) <= 0) std::exit(1);
            --running;
        }
    }
}

kahn::Pipeline pipeline_of(int jobs) {
    kahn::PipelineStage stage("all");
    for (int i = 0; i < jobs; ++i) stage.jobs.emplace_back("job" + std::to_string(i), std::vector<std::string>{"/bin/true"});
    kahn::Pipeline pipeline;
    pipeline.name = "bench";
    pipeline.stages.push_back(std::move(stage));
    return pipeline;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

int argument(int count, char** values, int index, int otherwise) {
    const int given = index < count ? std::atoi(values[index]) : otherwise;
    return given > 0 ? given : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
    const int jobs = argument(argc, argv, 1, 1000);
    const int workers = argument(argc, argv, 2, 16);
    const int rounds = argument(argc, argv, 3, 5);

    std::string workspace = (std::filesystem::temp_directory_path() / "kahn-bench-XXXXXX").string();
    if (!::mkdtemp(workspace.data())) return 1;
    std::vector<double> of_kahn;
    std::vector<double> of_loop;
    {
        kahn::Options options;
        options.workspace_dir = workspace;
        options.engine.max_workers = static_cast<unsigned>(workers);
        kahn::PipelineManager manager(options);
        manager.create_pipeline(pipeline_of(jobs));
        const auto run = [&] {
            if (manager.run_pipeline("bench").status != kahn::PipelineStatus::success) std::exit(1);
        };
        run();  // warm up
        for (int i = 0; i < rounds; ++i) {
            of_loop.push_back(microseconds_per_job(jobs, [&] { plain_loop(jobs, workers); }));
            of_kahn.push_back(microseconds_per_job(jobs, run));
        }
        std::printf("containment %s, %d jobs, %d workers, medians of %d\n",
                    std::string(kahn::to_string(manager.containment().containment)).c_str(), jobs, workers, rounds);
    }
    std::filesystem::remove_all(workspace);
    std::printf("posix_spawn loop %8.1f us a job\nkahn             %8.1f us a job\nloop / kahn      %8.2f\n", median(of_loop),
                median(of_kahn), median(of_loop) / median(of_kahn));
}
