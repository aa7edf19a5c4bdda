// The whole engine without any child: native jobs that end at once, with events, statuses and reasons.

#include "cases/cases.hpp"
#include "measure/stopwatch.hpp"

#include <kahn/manager/pipeline_builder.hpp>
#include <kahn/manager/pipeline_manager.hpp>

#ifdef KAHN_BENCH_HAS_TBB
#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#endif

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace kahn::bench {
namespace {

boost::asio::awaitable<int> do_nothing(JobContext) { co_return 0; }

Contestant native_jobs(const Settings& settings, int jobs, unsigned workers) {
    StageBuilder stage("all");
    for (int i = 0; i < jobs; ++i) stage.job(std::move(JobBuilder("job " + std::to_string(i)).native(do_nothing)));
    Options options;
    options.workspace_dir = settings.folder / "engine";
    options.remembers = false;
    options.engine.max_workers = workers;
    const auto manager = std::make_shared<PipelineManager>(options);
    manager->create_pipeline(PipelineBuilder("bench").stage(std::move(stage)).build());
    const std::string name = workers == 0 ? "native jobs, no limit" : "native jobs, " + std::to_string(workers) + " at once";
    return {name, [manager] {
                return measure([&manager] {
                    if (manager->run_pipeline("bench").status != PipelineStatus::success) throw std::runtime_error("a job failed");
                });
            }};
}

#ifdef KAHN_BENCH_HAS_TBB
/// As many nodes that do nothing, neither named nor watched: what a scheduler for computations costs.
Contestant flow_nodes(int jobs) {
    return {"oneTBB flow graph, 1 thread", [jobs] {
                return measure([jobs] {
                    using Node = tbb::flow::continue_node<tbb::flow::continue_msg>;
                    const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
                    tbb::flow::graph flow;
                    int count = 0;
                    std::vector<std::unique_ptr<Node>> nodes;
                    for (int i = 0; i < jobs; ++i) {
                        nodes.push_back(std::make_unique<Node>(flow, [&count](const tbb::flow::continue_msg&) { ++count; }));
                    }
                    for (const auto& node : nodes) node->try_put(tbb::flow::continue_msg());
                    flow.wait_for_all();
                    if (count != jobs) throw std::runtime_error("not every node was run");
                });
            }};
}
#endif

}  // namespace

std::vector<Comparison> engine_cases(const Settings& settings) {
    std::vector<Comparison> all;
    for (const int jobs : settings.is_quick ? std::vector<int>{1'000} : std::vector<int>{1'000, 10'000, 100'000}) {
        Comparison out;
        out.name = "engine/" + std::to_string(jobs) + " native jobs that do nothing";
        out.items = jobs;
        out.contestants.push_back(native_jobs(settings, jobs, 16));
        out.contestants.push_back(native_jobs(settings, jobs, 0));
#ifdef KAHN_BENCH_HAS_TBB
        out.contestants.push_back(flow_nodes(jobs));
#endif
        all.push_back(std::move(out));
    }
    return all;
}

}  // namespace kahn::bench
