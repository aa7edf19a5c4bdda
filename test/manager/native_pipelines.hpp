#pragma once

#include <kahn/manager/pipeline_builder.hpp>
#include <kahn/manager/pipeline_manager.hpp>

#include "support/temporary_directory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace kahn::test {

inline constexpr std::chrono::seconds hang_limit{60};

inline boost::asio::awaitable<int> nothing(JobContext) { co_return 0; }

inline Options quiet_options(const TemporaryDirectory& workspace) {
    Options options;
    options.workspace_dir = workspace.path();
    options.remembers = false;
    return options;
}

/// Pipelines `quick`, and `endless`, which ends only when it is ended and tells that it has begun.
class NativePipelines {
public:
    TemporaryDirectory workspace;
    boost::asio::io_context context{1};
    std::atomic<int> begun{0};

    void add_pipelines(PipelineManager& manager) {
        manager.create_pipeline(PipelineBuilder("quick").stage(StageBuilder("s").job(JobBuilder("n").native(nothing))).build());
        manager.create_pipeline(PipelineBuilder("endless").stage(StageBuilder("s").job(JobBuilder("n").native(endless()))).build());
    }
    std::function<boost::asio::awaitable<int>(JobContext)> endless() {
        return [this](JobContext job) { return wait_for_ever(this, std::move(job)); };
    }
    std::unique_ptr<PipelineManager> manager_on_context() {
        auto manager = std::make_unique<PipelineManager>(context.get_executor(), quiet_options(workspace));
        add_pipelines(*manager);
        return manager;
    }
    template <class Done>
    void run_until(Done is_done) {
        context.restart();
        while (!is_done()) BOOST_TEST_REQUIRE(context.run_one_for(hang_limit) == 1U);
    }
    void settle() {
        context.restart();
        context.poll();
    }

private:
    static boost::asio::awaitable<int> wait_for_ever(NativePipelines* self, JobContext) {
        const auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer timer(executor, boost::asio::steady_timer::time_point::max());
        ++self->begun;
        co_await timer.async_wait(boost::asio::use_awaitable);
        co_return 0;
    }
};

}  // namespace kahn::test
