#include <kahn/manager/pipeline_manager.hpp>

#include "support/event_recorder.hpp"
#include "support/pipelines.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr auto hang_limit = 60s;

Options options_in(const TemporaryDirectory& workspace) {
    Options options;
    options.workspace_dir = workspace.path();
    options.engine.max_workers = 64;
    return options;
}

/// Jobs that only end when they are ended. Their life is bounded should nobody do it.
Pipeline endless(std::size_t jobs) {
    PipelineStage all("s");
    for (std::size_t i = 0; i < jobs; ++i) all.jobs.push_back(shell_job("j" + std::to_string(i), "exec sleep 120"));
    return pipeline({all});
}

/// Tells when a number of commands have been started.
class Starts final : public Observer {
public:
    explicit Starts(std::size_t wanted) : wanted_(wanted) {}
    void on_event(const Event& event) override {
        if (const auto* started = std::get_if<event::CommandStarted>(&event.what)) {
            pids.push_back(started->pid);
            if (pids.size() == wanted_) all.set_value();
        }
    }
    std::vector<int> pids;
    std::promise<void> all;

private:
    std::size_t wanted_;
};

bool exists(int pid) { return std::filesystem::exists("/proc/" + std::to_string(pid)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(lifetimes)

BOOST_AUTO_TEST_CASE(H09_a_manager_destroyed_with_20_jobs_returns_and_leaves_none) {
    const TemporaryDirectory workspace;
    asio::io_context context;
    const auto starts = std::make_shared<Starts>(20);
    auto manager = std::make_unique<PipelineManager>(options_in(workspace));
    manager->create_pipeline(endless(20));
    RunOptions options;
    options.observers = {starts};
    auto result = asio::co_spawn(context, manager->run_pipeline_async("test", options), asio::use_future);
    auto all_started = starts->all.get_future();
    while (all_started.wait_for(0s) != std::future_status::ready) context.run_one_for(hang_limit);

    manager.reset();
    for (const int pid : starts->pids) BOOST_TEST(!exists(pid));
    context.run();
    BOOST_TEST((result.get().status == PipelineStatus::cancelled));
}

BOOST_AUTO_TEST_CASE(P16_a_run_is_suspended_and_resumed_by_its_pipelines_name) {
    const TemporaryDirectory workspace;
    asio::thread_pool pool(1);
    const auto starts = std::make_shared<Starts>(2);
    PipelineManager manager(pool.get_executor(), options_in(workspace));
    Pipeline definition = endless(2);
    manager.create_pipeline(definition);
    BOOST_TEST(!manager.suspend_pipeline("test"));  // nothing runs
    RunOptions options;
    options.observers = {starts};
    auto result = asio::co_spawn(pool, manager.run_pipeline_async("test", options), asio::use_future);
    BOOST_REQUIRE((starts->all.get_future().wait_for(hang_limit) == std::future_status::ready));
    BOOST_TEST(manager.suspend_pipeline("test"));
    BOOST_TEST(!manager.suspend_pipeline("test"));
    BOOST_TEST(manager.resume_pipeline("test"));
    BOOST_TEST(!manager.resume_pipeline("test"));
    BOOST_TEST(manager.suspend_pipeline("test"));
    BOOST_TEST(manager.cancel_pipeline("test"));  // which lets it go on to its end
    BOOST_TEST((result.get().status == PipelineStatus::cancelled));
    BOOST_TEST(!manager.suspend_pipeline("test"));
}

BOOST_AUTO_TEST_CASE(P16_a_manager_that_is_destroyed_while_its_jobs_stand_still_leaves_none) {
    const TemporaryDirectory workspace;
    asio::io_context context;
    const auto starts = std::make_shared<Starts>(5);
    auto manager = std::make_unique<PipelineManager>(options_in(workspace));
    manager->create_pipeline(endless(5));
    RunOptions options;
    options.observers = {starts};
    auto result = asio::co_spawn(context, manager->run_pipeline_async("test", options), asio::use_future);
    auto all_started = starts->all.get_future();
    while (all_started.wait_for(0s) != std::future_status::ready) context.run_one_for(hang_limit);
    BOOST_TEST(manager->suspend_pipeline("test"));
    manager.reset();
    for (const int pid : starts->pids) BOOST_TEST(!exists(pid));
    context.run();
    BOOST_TEST((result.get().status == PipelineStatus::cancelled));
}

BOOST_AUTO_TEST_CASE(P21_cancel_is_idempotent_and_true_once_in_every_state) {
    const TemporaryDirectory workspace;
    PipelineManager manager(options_in(workspace));
    manager.create_pipeline(pipeline({stage("s", {shell_job("a", "true"), shell_job("b", "true")}), single("true", {"s"})}));
    for (int round = 0; round < 50; ++round) {
        asio::io_context context;
        auto result = asio::co_spawn(context, manager.run_pipeline_async("test"), asio::use_future);
        int first_ones = 0;
        int step = 0;
        // Cancelled at another point of its life each time, and 200 times over.
        while (context.run_one_for(hang_limit) != 0) {
            if (step++ < round) continue;
            for (int i = 0; i < 200 && step <= round + 2; ++i) first_ones += manager.cancel_pipeline("test") ? 1 : 0;
        }
        const auto status = result.get().status;
        BOOST_TEST((status == PipelineStatus::cancelled || status == PipelineStatus::success));
        BOOST_TEST(first_ones == (status == PipelineStatus::cancelled ? 1 : first_ones));
        BOOST_TEST(first_ones <= 1);
        BOOST_TEST(!manager.cancel_pipeline("test"));
    }
}

BOOST_AUTO_TEST_CASE(H11_cancelling_from_another_thread_all_the_time_is_safe) {
    const TemporaryDirectory workspace;
    asio::thread_pool pool(4);
    PipelineManager manager(pool.get_executor(), options_in(workspace));
    manager.create_pipeline(pipeline({stage("s", {shell_job("a", "true"), shell_job("b", "true"), shell_job("c", "true")})}));
    std::atomic<bool> is_over{false};
    std::thread canceller([&] {
        for (int i = 0; i < 100'000 || !is_over; ++i) manager.cancel_pipeline("test");
    });
    for (int i = 0; i < 30; ++i) {
        auto result = asio::co_spawn(pool, manager.run_pipeline_async("test"), asio::use_future);
        BOOST_TEST_REQUIRE((result.wait_for(hang_limit) == std::future_status::ready));
        BOOST_TEST(is_end(result.get().status));
    }
    is_over = true;
    canceller.join();
}

BOOST_AUTO_TEST_CASE(H12_two_managers_share_a_context_and_runs_share_a_manager) {
    const TemporaryDirectory workspace;
    const TemporaryDirectory other_workspace;
    asio::io_context context;
    PipelineManager one(options_in(workspace));
    PipelineManager two(options_in(other_workspace));
    one.create_pipeline(pipeline({stage("s", {shell_job("a", "echo one")})}));
    two.create_pipeline(pipeline({stage("s", {shell_job("a", "echo two")})}));
    std::vector<std::future<Pipeline>> of_one;
    for (int i = 0; i < 5; ++i) of_one.push_back(asio::co_spawn(context, one.run_pipeline_async("test"), asio::use_future));
    auto of_two = asio::co_spawn(asio::make_strand(context), two.run_pipeline_async("test"), asio::use_future);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { context.run(); });
    for (auto& thread : threads) thread.join();
    for (auto& run : of_one) BOOST_TEST(run.get().stages[0].jobs[0].output == "one\n");
    BOOST_TEST(of_two.get().stages[0].jobs[0].output == "two\n");
}

BOOST_AUTO_TEST_CASE(a_cancellation_slot_cancels_the_run) {
    const TemporaryDirectory workspace;
    asio::io_context context;
    PipelineManager manager(options_in(workspace));
    manager.create_pipeline(endless(2));
    const auto starts = std::make_shared<Starts>(2);
    RunOptions options;
    options.observers = {starts};
    asio::cancellation_signal signal;
    std::optional<Pipeline> result;
    asio::co_spawn(context, manager.run_pipeline_async("test", options),
                   asio::bind_cancellation_slot(signal.slot(), [&](const std::exception_ptr&, Pipeline run) { result = std::move(run); }));
    auto all_started = starts->all.get_future();
    while (all_started.wait_for(0s) != std::future_status::ready) context.run_one_for(hang_limit);
    signal.emit(asio::cancellation_type::terminal);
    context.run();
    BOOST_TEST((result.value().status == PipelineStatus::cancelled));
    for (const int pid : starts->pids) BOOST_TEST(!exists(pid));
}

BOOST_AUTO_TEST_CASE(shutdown_ends_every_run_and_lets_none_begin) {
    const TemporaryDirectory workspace;
    asio::io_context context;
    PipelineManager manager(options_in(workspace));
    manager.create_pipeline(endless(3));
    const auto starts = std::make_shared<Starts>(3);
    RunOptions options;
    options.observers = {starts};
    auto run = asio::co_spawn(context, manager.run_pipeline_async("test", options), asio::use_future);
    auto all_started = starts->all.get_future();
    while (all_started.wait_for(0s) != std::future_status::ready) context.run_one_for(hang_limit);
    auto shut = asio::co_spawn(context, manager.shutdown(), asio::use_future);
    context.run();
    shut.get();
    BOOST_TEST(run.get().reason.text() == "cancelled: shutdown");
    BOOST_CHECK_THROW(manager.run_pipeline("test"), Error);
}

BOOST_AUTO_TEST_CASE(a_context_that_dies_before_the_manager_leaves_no_process) {
    const TemporaryDirectory workspace;
    const auto starts = std::make_shared<Starts>(4);
    {
        PipelineManager manager(options_in(workspace));
        manager.create_pipeline(endless(4));
        {
            asio::io_context context;
            RunOptions options;
            options.observers = {starts};
            auto run = asio::co_spawn(context, manager.run_pipeline_async("test", options), asio::use_future);
            auto all_started = starts->all.get_future();
            while (all_started.wait_for(0s) != std::future_status::ready) context.run_one_for(hang_limit);
        }
        BOOST_TEST(!manager.cancel_pipeline("test"));
    }
    for (const int pid : starts->pids) BOOST_TEST(!exists(pid));
}

BOOST_AUTO_TEST_SUITE_END()
