// What remembering costs: the same no-op pipeline with and without being recorded, in turns; and how long questions take over a
// history of many runs.
//
//     kahn-bench-store recording [JOBS [ROUNDS]]
//     kahn-bench-store history [RUNS [JOBS]]

#include <kahn/manager/pipeline_manager.hpp>
#include <kahn/store/store.hpp>

#include <sys/resource.h>

#include "store/index.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

double milliseconds(const std::function<void()>& work) {
    const auto began = Clock::now();
    work();
    return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

fs::path fresh_workspace() {
    std::string path = (fs::temp_directory_path() / "kahn-bench-XXXXXX").string();
    if (!::mkdtemp(path.data())) std::exit(1);
    return path;
}

/// Of this process and its children, all threads: unlike the time that passes it is the same on a busy machine.
double processor_milliseconds() {
    double all = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        ::getrusage(who, &usage);
        for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
            all += 1000.0 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1000.0;
        }
    }
    return all;
}

double run_once(const kahn::Pipeline& pipeline, bool remembers, const fs::path& workspace) {
    kahn::Options options;
    options.workspace_dir = workspace;
    options.remembers = remembers;
    kahn::PipelineManager manager(std::move(options));
    manager.create_pipeline(pipeline);
    return milliseconds([&] {
        if (manager.run_pipeline(pipeline.name).status != kahn::PipelineStatus::success) std::exit(1);
    });
}

int recording(int jobs, int rounds) {
    kahn::PipelineStage stage("all");
    for (int i = 0; i < jobs; ++i) stage.jobs.emplace_back("job" + std::to_string(i), std::vector<std::string>{"/bin/true"});
    kahn::Pipeline pipeline;
    pipeline.name = "bench";
    pipeline.stages.push_back(std::move(stage));
    const fs::path workspace = fresh_workspace();
    std::vector<double> without;
    std::vector<double> with;
    std::vector<double> overhead;
    std::vector<double> processor_overhead;
    for (int round = 0; round < rounds; ++round) {
        const double began = processor_milliseconds();
        without.push_back(run_once(pipeline, false, workspace));
        const double between = processor_milliseconds();
        with.push_back(run_once(pipeline, true, workspace));
        const double ended = processor_milliseconds();
        overhead.push_back(with.back() / without.back());
        processor_overhead.push_back((ended - between) / (between - began));
    }
    fs::remove_all(workspace);
    std::printf("%d no-op jobs, %d rounds: %.1f us a job, recorded %.1f us; median of the ratios %.3f, of processor time %.3f\n", jobs,
                rounds, 1000 * median(without) / jobs, 1000 * median(with) / jobs, median(overhead), median(processor_overhead));
    return 0;
}

void fill(const fs::path& workspace, int runs, int jobs) {
    fs::create_directories(workspace / ".kahn/runs");
    kahn::store::Index::make(workspace / ".kahn/kahn.db", [&](kahn::store::Index& index) {
        const auto first = std::chrono::system_clock::now() - std::chrono::minutes(runs);
        for (int i = 0; i < runs; ++i) {
            kahn::store::HistoryEntry entry;
            auto& run = entry.summary;
            char id[32];
            std::snprintf(id, sizeof id, "01BENCH%019d", i);
            run.id = id;
            run.pipeline = "pipeline" + std::to_string(i % 7);
            run.status = i % 9 == 0 ? kahn::PipelineStatus::failure : kahn::PipelineStatus::success;
            run.start_time = first + std::chrono::minutes(i);
            run.end_time = *run.start_time + std::chrono::seconds(i % 50);
            run.duration = std::chrono::seconds(i % 50);
            run.jobs = run.jobs_passed = entry.executed = entry.executed_passed = static_cast<std::size_t>(jobs);
            for (int j = 0; j < jobs; ++j) {
                kahn::store::JobSample sample;
                sample.stage = "stage";
                sample.job = "job" + std::to_string(j);
                sample.status = kahn::PipelineStatus::success;
                sample.duration = std::chrono::milliseconds(i % 1000);
                sample.attempts = 1;
                entry.samples.push_back(std::move(sample));
            }
            index.put(entry);
            index.set_trimmed(run.id);
        }
    });
}

int history(int runs, int jobs) {
    const fs::path workspace = fresh_workspace();
    std::printf("%d runs of %d jobs: filled in %.0f ms\n", runs, jobs, milliseconds([&] { fill(workspace, runs, jobs); }));
    const auto now = std::chrono::system_clock::now();
    const auto report = [](const char* what, const std::function<void()>& work) {
        std::vector<double> times;
        for (int i = 0; i < 9; ++i) times.push_back(milliseconds(work));
        std::printf("%-44s %8.2f ms (first %.2f ms)\n", what, median(times), times.front());
    };
    report("open", [&] { kahn::store::Store store(workspace); });
    const kahn::store::Store store(workspace);
    report("the last 20 runs", [&] { store.runs(); });
    kahn::store::RunQuery query;
    query.pipeline = "pipeline3";
    query.status = kahn::PipelineStatus::failure;
    report("the last 20 failures of one pipeline", [&] { store.runs(query); });
    report("a job over its last 1000 runs", [&] { store.job_history("pipeline3", "stage", "job1", 1000); });
    report("every job over the last 20 runs", [&] { store.job_history("pipeline3", "", "", 20); });
    report("totals of 30 days", [&] { store.totals(now - std::chrono::hours{24 * 30}, now); });
    report("totals of everything", [&] { store.totals(now - std::chrono::hours{24 * 3650}, now); });
    report("pipelines", [&] { store.pipelines(); });
    report("a prefix", [&] { store.resolve("01BENCH0000000000000000001"); });
    fs::remove_all(workspace);
    return 0;
}

int number(int count, char** arguments, int index, int otherwise) { return count > index ? std::atoi(arguments[index]) : otherwise; }

}  // namespace

int main(int count, char** arguments) {
    const std::string_view what = count > 1 ? arguments[1] : "";
    if (what == "recording") return recording(number(count, arguments, 2, 3000), number(count, arguments, 3, 9));
    if (what == "history") return history(number(count, arguments, 2, 100'000), number(count, arguments, 3, 5));
    std::fprintf(stderr, "usage: kahn-bench-store recording [JOBS [ROUNDS]] | history [RUNS [JOBS]]\n");
    return 2;
}
