#include <kahn/manager/async_operations.hpp>
#include <kahn/manager/pipeline_builder.hpp>

#include "manager/native_pipelines.hpp"
#include "support/pipelines.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <tuple>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<int> exit_with(int status) { co_return status; }

/// What a callback was given.
struct Got {
    std::exception_ptr failure;
    std::optional<Pipeline> result;
    int calls = 0;

    auto callback() {
        return [this](std::exception_ptr thrown, Pipeline run) {
            failure = std::move(thrown);
            result = std::move(run);
            ++calls;
        };
    }
};

/// Counts what it allocates.
template <class T>
class CountingAllocator {
public:
    using value_type = T;
    explicit CountingAllocator(int* count) : count_(count) {}
    template <class U>
    CountingAllocator(const CountingAllocator<U>& other) : count_(other.count()) {}  // NOLINT: allocators convert

    T* allocate(std::size_t n) {
        ++*count_;
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* p, std::size_t n) { std::allocator<T>().deallocate(p, n); }
    int* count() const noexcept { return count_; }
    friend bool operator==(const CountingAllocator&, const CountingAllocator&) = default;

private:
    int* count_;
};

asio::awaitable<void> await_each_way(PipelineManager* manager, int* ended) {
    const Pipeline first = co_await async_run_pipeline(*manager, "quick", asio::use_awaitable);
    if (first.status == PipelineStatus::success) ++*ended;
    auto token = asio::as_tuple(asio::use_awaitable);
    const std::tuple<std::exception_ptr, Pipeline> second = co_await async_run_pipeline(*manager, "quick", token);
    if (!std::get<0>(second) && std::get<1>(second).status == PipelineStatus::success) ++*ended;
    auto later = async_run_pipeline(*manager, "quick", asio::deferred);
    const Pipeline third = co_await std::move(later)(asio::use_awaitable);
    if (third.status == PipelineStatus::success) ++*ended;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(completion_tokens, NativePipelines)

BOOST_AUTO_TEST_CASE(a_callback) {
    const auto manager = manager_on_context();
    Got got;
    async_run_pipeline(*manager, "quick", got.callback());
    BOOST_TEST(got.calls == 0);  // never from within the call
    context.run();
    BOOST_TEST(got.calls == 1);
    BOOST_TEST(!got.failure);
    BOOST_TEST((got.result.value().status == PipelineStatus::success));
}

BOOST_AUTO_TEST_CASE(a_future) {
    asio::thread_pool pool(1);
    PipelineManager manager(pool.get_executor(), quiet_options(workspace));
    add_pipelines(manager);
    std::future<Pipeline> result = async_run_pipeline(manager, "quick", RunOptions(), asio::use_future);
    BOOST_TEST_REQUIRE((result.wait_for(hang_limit) == std::future_status::ready));
    BOOST_TEST((result.get().status == PipelineStatus::success));
    pool.join();
}

BOOST_AUTO_TEST_CASE(awaited_as_tuple_and_deferred) {
    PipelineManager manager(quiet_options(workspace));  // no executor: that of the coroutine
    add_pipelines(manager);
    int ended = 0;
    auto result = asio::co_spawn(context, await_each_way(&manager, &ended), asio::use_future);
    context.run();
    result.get();
    BOOST_TEST(ended == 3);
}

BOOST_AUTO_TEST_CASE(a_deferred_operation_does_nothing_before_it_is_started_and_may_be_dropped) {
    const auto manager = manager_on_context();
    Got got;
    {
        auto never = async_run_pipeline(*manager, "quick", asio::deferred);
        auto later = async_run_pipeline(*manager, "quick", asio::deferred);
        settle();
        BOOST_TEST(got.calls == 0);
        std::move(later)(got.callback());
    }
    context.restart();
    context.run();
    BOOST_TEST(got.calls == 1);
    BOOST_TEST((got.result.value().status == PipelineStatus::success));
}

BOOST_AUTO_TEST_CASE(it_completes_on_the_associated_executor) {
    const auto manager = manager_on_context();
    asio::io_context other;
    Got got;
    async_run_pipeline(*manager, "quick", asio::bind_executor(other, got.callback()));
    context.run();
    BOOST_TEST(got.calls == 0);
    other.run();
    BOOST_TEST((got.result.value().status == PipelineStatus::success));
}

BOOST_AUTO_TEST_CASE(without_an_executor_of_the_managers_it_runs_on_the_associated_one) {
    PipelineManager manager(quiet_options(workspace));
    add_pipelines(manager);
    Got got;
    const asio::any_io_executor any = context.get_executor();
    async_run_pipeline(manager, "quick", asio::bind_executor(any, got.callback()));
    context.run();
    BOOST_TEST((got.result.value().status == PipelineStatus::success));
}

BOOST_AUTO_TEST_CASE(without_any_executor_it_is_refused_instead_of_running_on_threads_nobody_asked_for) {
    PipelineManager manager(quiet_options(workspace));
    add_pipelines(manager);
    Got got;
    BOOST_CHECK_THROW(async_run_pipeline(manager, "quick", got.callback()), Error);
    BOOST_CHECK_THROW((void)async_run_pipeline(manager, "quick", asio::use_future), Error);
    BOOST_TEST(got.calls == 0);
}

BOOST_AUTO_TEST_CASE(it_uses_the_associated_allocator) {
    const auto manager = manager_on_context();
    int allocations = 0;
    Got got;
    asio::io_context other;
    async_run_pipeline(*manager, "quick",
                       asio::bind_executor(other, asio::bind_allocator(CountingAllocator<char>(&allocations), got.callback())));
    context.run();
    other.run();
    BOOST_TEST(got.calls == 1);
    BOOST_TEST(allocations > 0);
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_thrown_at_the_call) {
    const auto manager = manager_on_context();
    Got got;
    BOOST_CHECK_THROW(async_run_pipeline(*manager, "nobody", got.callback()), Error);
}

BOOST_AUTO_TEST_CASE(two_pipelines_of_one_name_that_are_handed_over) {
    PipelineManager manager(context.get_executor(), quiet_options(workspace));
    const auto exits = [](int status) {
        auto body = [status](JobContext) { return exit_with(status); };
        return PipelineBuilder("same").stage(StageBuilder("s").job(JobBuilder("n").native(body))).build();
    };
    Got good;
    Got bad;
    async_run_pipeline(manager, exits(0), good.callback());
    async_run_pipeline(manager, exits(1), RunOptions(), bad.callback());
    context.run();
    BOOST_TEST((good.result.value().status == PipelineStatus::success));
    BOOST_TEST((bad.result.value().status == PipelineStatus::failure));
    BOOST_TEST(manager.list_pipelines().empty());
    BOOST_TEST(!manager.get_pipeline_status("same").has_value());
    BOOST_CHECK_THROW(async_run_pipeline(manager, Pipeline(), good.callback()), ConfigError);
}

BOOST_AUTO_TEST_CASE(stages_and_a_shutdown) {
    const auto manager = manager_on_context();
    std::optional<ParallelExecution> execution;
    async_parallel_pipeline_execution(*manager, {stage("s", {native_job("n", nothing)})},
                                      [&](const std::exception_ptr&, ParallelExecution done) { execution = std::move(done); });
    context.run();
    BOOST_TEST(execution.value().completed_stages == 1U);

    Got got;
    async_run_pipeline(*manager, "endless", got.callback());
    run_until([&] { return begun == 1; });
    bool is_shut = false;
    async_shutdown(*manager, [&](const std::exception_ptr& failure) {
        BOOST_TEST(!failure);
        BOOST_TEST(got.calls == 1);
        is_shut = true;
    });
    context.restart();
    context.run();
    BOOST_TEST(is_shut);
    BOOST_TEST(got.result.value().reason.text() == "cancelled: shutdown");
}

BOOST_AUTO_TEST_CASE(terminal_cancels_and_partial_and_total_change_nothing) {
    const auto manager = manager_on_context();
    asio::cancellation_signal signal;
    Got got;
    async_run_pipeline(*manager, "endless", asio::bind_cancellation_slot(signal.slot(), got.callback()));
    run_until([&] { return begun == 1; });
    signal.emit(asio::cancellation_type::total);
    signal.emit(asio::cancellation_type::partial);
    settle();
    BOOST_TEST(got.calls == 0);
    signal.emit(asio::cancellation_type::terminal);
    context.restart();
    context.run();
    BOOST_TEST(got.calls == 1);
    BOOST_TEST(!got.failure);
    BOOST_TEST((got.result.value().status == PipelineStatus::cancelled));
    signal.emit(asio::cancellation_type::terminal);  // after the end: nothing
    settle();
    BOOST_TEST(got.calls == 1);
}

BOOST_AUTO_TEST_CASE(a_cancellation_right_after_the_start_is_not_lost) {
    const auto manager = manager_on_context();
    asio::cancellation_signal signal;
    Got got;
    async_run_pipeline(*manager, "endless", asio::bind_cancellation_slot(signal.slot(), got.callback()));
    signal.emit(asio::cancellation_type::terminal);
    context.run();
    BOOST_TEST(!got.failure);
    BOOST_TEST((got.result.value().status == PipelineStatus::cancelled));
}

BOOST_AUTO_TEST_CASE(a_signal_may_come_from_another_thread) {
    asio::thread_pool pool(8);
    PipelineManager manager(pool.get_executor(), quiet_options(workspace));
    add_pipelines(manager);
    for (int i = 0; i < 50; ++i) {
        asio::cancellation_signal signal;
        std::future<Pipeline> result =
            async_run_pipeline(manager, "endless", asio::bind_cancellation_slot(signal.slot(), asio::use_future));
        signal.emit(asio::cancellation_type::terminal);
        BOOST_TEST_REQUIRE((result.wait_for(hang_limit) == std::future_status::ready));
        BOOST_TEST((result.get().status == PipelineStatus::cancelled));
    }
    pool.join();
}

BOOST_AUTO_TEST_CASE(H12_two_managers_on_one_context_and_on_a_strand_of_an_8_thread_pool) {
    const TemporaryDirectory second_workspace;
    asio::thread_pool pool(8);
    const auto strand = asio::make_strand(pool.get_executor());
    PipelineManager one(strand, quiet_options(workspace));
    PipelineManager two(pool.get_executor(), quiet_options(second_workspace));
    add_pipelines(one);
    add_pipelines(two);
    std::vector<std::future<Pipeline>> results;
    for (int i = 0; i < 20; ++i) {
        results.push_back(async_run_pipeline(one, "quick", asio::use_future));
        results.push_back(async_run_pipeline(two, "quick", asio::use_future));
    }
    for (auto& result : results) {
        BOOST_TEST_REQUIRE((result.wait_for(hang_limit) == std::future_status::ready));
        BOOST_TEST((result.get().status == PipelineStatus::success));
    }
    pool.join();
}

BOOST_AUTO_TEST_CASE(H09_a_manager_destroyed_under_its_operation_completes_it_as_cancelled) {
    auto manager = manager_on_context();
    Got got;
    async_run_pipeline(*manager, "endless", got.callback());
    run_until([&] { return begun == 1; });
    manager.reset();
    BOOST_TEST(got.calls == 0);  // only its executor completes it
    context.restart();
    context.run();
    BOOST_TEST((got.result.value().status == PipelineStatus::cancelled));
}

BOOST_AUTO_TEST_CASE(H09_a_context_destroyed_under_its_operation_calls_nobody_and_hears_no_signal) {
    PipelineManager manager(quiet_options(workspace));
    add_pipelines(manager);
    asio::cancellation_signal signal;
    Got got;
    {
        asio::io_context brief;
        async_run_pipeline(manager, "endless",
                           asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(brief, got.callback())));
        brief.poll();
        BOOST_TEST(begun == 1);
    }
    signal.emit(asio::cancellation_type::terminal);
    BOOST_TEST(got.calls == 0);
    BOOST_TEST(!manager.cancel_pipeline("endless"));
}

BOOST_AUTO_TEST_SUITE_END()
