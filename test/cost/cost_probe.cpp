// What costs.sh counts: `cost_probe WHAT N [PROGRAM]` does N times the same and nothing else that grows with N.

#include <kahn/graph/driver.hpp>
#include <kahn/manager/pipeline_builder.hpp>
#include <kahn/manager/pipeline_manager.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace kahn;

/// Nodes that end as soon as they have begun.
class Nothing final : public graph::NodeWork {
public:
    std::size_t count = 0;

    std::optional<graph::Outcome> decide(graph::NodeIndex) override { return std::nullopt; }
    asio::awaitable<graph::Outcome> run(graph::NodeIndex) override { return body(this); }
    void skipped(const graph::Scheduler::Skipped&) override {}

private:
    static asio::awaitable<graph::Outcome> body(Nothing* work) {
        ++work->count;
        co_return graph::Outcome::success;
    }
};

void run_driver(unsigned nodes) {
    std::vector<graph::Edge> edges;  // layers of ten, each node after two of the layer before
    for (unsigned node = 10; node < nodes; ++node) {
        edges.push_back({node - 10, node});
        edges.push_back({node / 10 * 10 - 1, node});
    }
    asio::io_context context(1);
    Nothing work;
    graph::Driver driver(context.get_executor(), graph::Scheduler(std::make_shared<const graph::Graph>(nodes, edges)),
                         graph::WorkerSlots::make(10));
    asio::co_spawn(context, driver.run(work), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    context.run();
    if (work.count != nodes) throw std::runtime_error("not every node was run");
}

asio::awaitable<int> do_nothing(JobContext) { co_return 0; }

void run_jobs(unsigned jobs, const std::string& program) {
    PipelineBuilder pipeline("cost");
    StageBuilder stage("all");
    for (unsigned i = 0; i < jobs; ++i) {
        JobBuilder job("job " + std::to_string(i));
        if (program.empty()) {
            job.native(do_nothing);
        } else {
            job.command(program);
        }
        stage.job(std::move(job));
    }
    Options options;
    options.remembers = false;
    options.engine.max_workers = 4;
    options.engine.process.strongest_containment = Containment::session;  // the one that is to be had everywhere
    PipelineManager manager(options);
    manager.create_pipeline(pipeline.stage(std::move(stage)).build());
    if (manager.run_pipeline("cost").status != PipelineStatus::success) throw std::runtime_error("a job failed");
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    try {
        const std::string what = words.at(0);
        const auto count = static_cast<unsigned>(std::stoul(words.at(1)));
        if (what == "driver") {
            run_driver(count);
        } else if (what == "engine") {
            run_jobs(count, {});
        } else if (what == "library") {
            run_jobs(count, words.at(2));
        } else {
            throw std::runtime_error("no such thing: " + what);
        }
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "cost_probe: %s\n", failure.what());
        return 1;
    }
}
