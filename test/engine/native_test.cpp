#include "engine/job_outputs.hpp"
#include "engine/run_fixture.hpp"

#include <kahn/base/error.hpp>
#include <kahn/engine/native_job.hpp>

#include "base/files.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

Pipeline one_job(NativeWork::Body body, NativeOptions options = NativeOptions()) {
    return pipeline({stage("s", {native_job("n", std::move(body), std::move(options))})});
}

/// Waits for ever, or for its cancellation.
asio::awaitable<int> endless(JobContext) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
    co_return 0;
}

/// Ends when it is told to, by nobody else.
class Stubborn {
public:
    asio::awaitable<int> operator()(JobContext job) const { return wait(state_, std::move(job)); }
    void release() const {
        state_->is_released = true;
        if (state_->timer) state_->timer->cancel();
    }
    bool has_ended() const { return state_->has_ended; }

private:
    struct State {
        std::optional<asio::steady_timer> timer;
        bool is_released = false;
        bool has_ended = false;
    };
    static asio::awaitable<int> wait(std::shared_ptr<State> state, JobContext job) {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        const auto executor = co_await asio::this_coro::executor;
        state->timer.emplace(executor, asio::steady_timer::time_point::max());
        auto token = asio::as_tuple(asio::use_awaitable);
        while (!state->is_released) {
            co_await state->timer->async_wait(token);
        }
        job.log("too late");
        state->has_ended = true;
        co_return 0;
    }
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(native_jobs, RunFixture)

BOOST_AUTO_TEST_CASE(a_coroutine_runs_in_place_of_commands_and_knows_where_it_is) {
    std::vector<std::string> seen;
    auto body = [&seen](JobContext job) -> asio::awaitable<int> {
        seen = {job.pipeline(), job.stage(), job.job(), std::to_string(job.attempt()), job.variables().at("WHO"),
                job.variable("KAHN_JOB").value_or("?"), job.working_directory().string()};
        BOOST_TEST(!job.variable("NO_SUCH_VARIABLE_ANYWHERE").has_value());
        BOOST_TEST(job.run_id().size() == 26U);
        co_return 0;
    };
    Pipeline definition = one_job(body);
    definition.variables["WHO"] = "world";
    definition.stages[0].jobs[0].working_directory = "/tmp";
    run(definition);
    BOOST_TEST(result->status == PipelineStatus::success);
    BOOST_TEST((seen == std::vector<std::string>{"test", "s", "n", "1", "world", "n", "/tmp"}));
    BOOST_TEST(executor->started().empty());
    const JobAttempt& attempt = job_of(*result, "s").attempts.at(0);
    BOOST_TEST((attempt.outcome.containment == Containment::none));
    BOOST_TEST(events->has("job_started s.n 1"));
    BOOST_TEST(events->has("job_finished s.n success"));
}

BOOST_AUTO_TEST_CASE(what_it_prints_is_kept_like_a_commands) {
    auto body = [](JobContext job) -> asio::awaitable<int> {
        job.log("one");
        job.log_error("two");
        job.write(OutputStream::stdout_stream, "three");
        co_return 0;
    };
    run(one_job(body));
    const PipelineJob& job = job_of(*result, "s");
    BOOST_TEST(job.output == "one\nthree");
    BOOST_TEST(job.error == "two\n");
    BOOST_TEST(job.attempts[0].outcome.output_bytes == 13U);
    BOOST_TEST(read_regular_file(job.attempts[0].log, 1000) == "one\ntwo\nthree");
}

BOOST_AUTO_TEST_CASE(its_result_is_an_exit_code_and_its_exception_a_failure) {
    auto fails = [](JobContext) -> asio::awaitable<int> { co_return 3; };
    auto throws = [](JobContext) -> asio::awaitable<int> {
        throw std::runtime_error("no database");
        co_return 0;
    };
    auto throws_a_number = [](JobContext) -> asio::awaitable<int> {
        throw 7;
        co_return 0;
    };
    run(pipeline({stage("s", {native_job("fails", fails), native_job("throws", throws), native_job("number", throws_a_number)})}));
    BOOST_TEST(job_of(*result, "s", 0).reason.text() == "exit_code: exit 3");
    BOOST_TEST(job_of(*result, "s", 0).exit_code.value() == 3);
    BOOST_TEST(job_of(*result, "s", 1).reason.text() == "failed: no database");
    BOOST_TEST(!job_of(*result, "s", 1).exit_code.has_value());
    BOOST_TEST(job_of(*result, "s", 2).reason.text() == "failed: an exception that is no std::exception");
}

BOOST_AUTO_TEST_CASE(it_is_tried_again_as_often_as_it_says) {
    std::vector<int> attempts;
    auto body = [&attempts](JobContext job) -> asio::awaitable<int> {
        attempts.push_back(job.attempt());
        co_return job.attempt() < 3 ? 1 : 0;
    };
    Pipeline definition = one_job(body);
    definition.stages[0].jobs[0].retry_count = 5;
    run(definition);
    BOOST_TEST(result->status == PipelineStatus::success);
    BOOST_TEST((attempts == std::vector<int>{1, 2, 3}));
    BOOST_TEST(events->has("job_retried s.n exit_code: exit 1"));
}

BOOST_AUTO_TEST_CASE(its_outputs_are_variables_of_what_depends_on_it) {
    std::optional<std::string> seen;
    auto gives = [](JobContext job) -> asio::awaitable<int> {
        job.set_output("COUNT", "2");
        job.set_output("COUNT", "3\nEND\n");
        BOOST_CHECK_THROW(job.set_output("KAHN_JOB", "x"), Error);
        BOOST_CHECK_THROW(job.set_output("no name", "x"), Error);
        BOOST_CHECK_THROW(job.set_output("NUL", std::string(1, '\0')), Error);
        co_return 0;
    };
    auto takes = [&seen](JobContext job) -> asio::awaitable<int> {
        seen = job.variable("COUNT");
        co_return 0;
    };
    PipelineJob after = native_job("takes", takes);
    after.dependencies = {"gives"};
    run(pipeline({stage("s", {native_job("gives", gives), after})}));
    BOOST_TEST(seen.value() == "3\nEND\n");
    BOOST_TEST(job_of(*result, "s").outputs.at("COUNT") == "3\nEND\n");
}

BOOST_AUTO_TEST_CASE(outputs_survive_being_written_and_read) {
    const Variables values{{"A", ""}, {"B", "\n"}, {"C", "END"}, {"D", "END_\nEND\n"}, {"E", "a=b<<END"}, {"F", "\n\n"}};
    BOOST_TEST((parse_outputs(format_outputs(values)) == values));
}

BOOST_AUTO_TEST_CASE(a_timeout_cancels_it_and_is_a_failure) {
    Pipeline definition = one_job(endless);
    definition.stages[0].jobs[0].timeout = 1s;
    start(definition);
    advance(999ms);
    BOOST_TEST(!result);
    advance(1ms);
    BOOST_TEST(job_of(result.value(), "s").reason.text() == "timeout");
    BOOST_TEST(job_of(*result, "s").status == PipelineStatus::failure);
    BOOST_TEST((job_of(*result, "s").attempts[0].outcome.end == AttemptEnd::stopped));
}

BOOST_AUTO_TEST_CASE(a_cancelled_run_cancels_it_and_tells_its_stop_token) {
    bool was_told = false;
    auto body = [&was_told](JobContext job) -> asio::awaitable<int> {
        std::stop_callback note(job.stop_token(), [&was_told] { was_told = true; });
        const int code = co_await endless(job);
        co_return code;
    };
    start(one_job(body));
    BOOST_TEST(!was_told);
    control->cancel("enough");
    settle();
    BOOST_TEST(was_told);
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
    BOOST_TEST(job_of(*result, "s").reason.text() == "cancelled: enough");
}

BOOST_AUTO_TEST_CASE(it_may_clean_up_within_the_grace) {
    bool is_clean = false;
    auto body = [this, &is_clean](JobContext job) -> asio::awaitable<int> {
        co_await asio::this_coro::throw_if_cancelled(false);
        try {
            co_await endless(job);
        } catch (const boost::system::system_error&) {
        }
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await clock->sleep_until(clock->now() + 9s);
        is_clean = true;
        co_return 0;
    };
    start(one_job(body));
    control->cancel("");
    settle();
    advance(8s);
    BOOST_TEST(!result);
    advance(1s);
    BOOST_TEST(is_clean);
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
    BOOST_TEST((job_of(*result, "s").attempts[0].outcome.end == AttemptEnd::stopped));
}

BOOST_AUTO_TEST_CASE(one_that_ignores_its_cancellation_is_given_up_and_goes_on_undisturbed) {
    const Stubborn stubborn;
    start(one_job(stubborn));
    control->cancel("");
    settle();
    advance(10s);
    BOOST_TEST(!result);
    advance(2s);
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
    const PipelineJob& job = job_of(*result, "s");
    BOOST_TEST(job.reason.text() == "unkillable: its coroutine goes on, 2 s after the last cancellation and 10.0s of grace");
    BOOST_TEST(!stubborn.has_ended());
    stubborn.release();
    settle();
    BOOST_TEST(stubborn.has_ended());
    BOOST_TEST(job.output.empty());
}

BOOST_AUTO_TEST_CASE(asked_at_once_it_has_two_seconds) {
    const Stubborn stubborn;
    start(one_job(stubborn));
    control->cancel("");
    settle();
    control->cancel("");
    settle();
    for (int i = 0; i < 19; ++i) advance(100ms);
    BOOST_TEST(!result);
    for (int i = 0; i < 2; ++i) advance(100ms);
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
    stubborn.release();
    settle();
}

BOOST_AUTO_TEST_CASE(a_cancellation_before_it_begins_keeps_it_from_beginning) {
    bool has_begun = false;
    auto body = [&has_begun](JobContext) -> asio::awaitable<int> {
        has_begun = true;
        co_return 0;
    };
    asio::io_context other;
    NativeOptions elsewhere;
    elsewhere.executor = other.get_executor();
    start(one_job(body, elsewhere));
    control->cancel("early");
    settle();
    other.poll();
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
    BOOST_TEST(!has_begun);
}

BOOST_AUTO_TEST_CASE(it_may_run_on_an_executor_of_its_own_and_print_from_there) {
    asio::thread_pool pool(2);
    NativeOptions elsewhere;
    elsewhere.executor = pool.get_executor();
    const auto here = std::this_thread::get_id();
    std::atomic<bool> was_elsewhere{false};
    auto body = [&](JobContext job) -> asio::awaitable<int> {
        was_elsewhere = std::this_thread::get_id() != here;
        for (int i = 0; i < 1000; ++i) {
            job.log("line " + std::to_string(i));
            if (i % 100 == 0) co_await job.flush();
        }
        co_return 0;
    };
    start(one_job(body, elsewhere));
    while (!result) context.run_one_for(60s);
    BOOST_TEST(was_elsewhere);
    BOOST_TEST(result->status == PipelineStatus::success);
    BOOST_TEST(job_of(*result, "s").output.ends_with("line 998\nline 999\n"));
    BOOST_TEST(job_of(*result, "s").warnings.empty());
    pool.join();
}

BOOST_AUTO_TEST_CASE(what_is_printed_faster_than_the_run_takes_it_is_counted_not_kept_in_memory) {
    asio::thread_pool pool(1);
    NativeOptions elsewhere;
    elsewhere.executor = pool.get_executor();
    const std::string block(1U << 19U, 'x');
    std::promise<void> may_print;
    auto body = [&](JobContext job) -> asio::awaitable<int> {
        may_print.get_future().wait();
        for (int i = 0; i < 4; ++i) job.write(OutputStream::stdout_stream, block);
        co_return 0;
    };
    start(one_job(body, elsewhere));
    may_print.set_value();
    pool.join();  // nothing has been taken meanwhile: this thread runs the strand
    while (!result) context.run_one_for(60s);
    const AttemptOutcome& outcome = job_of(*result, "s").attempts[0].outcome;
    BOOST_TEST(outcome.output_bytes == 2 * block.size());
    BOOST_TEST(outcome.log_truncated);
    BOOST_TEST(job_of(*result, "s").warnings.at(0).starts_with("1048576 bytes"));
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_is_destroyed_on_its_executor_is_a_failure_not_a_hang) {
    auto other = std::make_unique<asio::io_context>();
    NativeOptions elsewhere;
    elsewhere.executor = other->get_executor();
    start(one_job(endless, elsewhere));
    other->poll();
    BOOST_TEST(!result);
    other.reset();
    settle();
    BOOST_TEST(job_of(result.value(), "s").reason.text() == "failed: its coroutine was destroyed before it ended");
}

BOOST_AUTO_TEST_CASE(its_digest_is_its_versions_or_that_of_one_run) {
    auto body = [](JobContext) -> asio::awaitable<int> { co_return 0; };
    NativeOptions one;
    one.version = "1";
    NativeOptions two;
    two.version = "2";
    const auto digests = [&](const NativeOptions& options) {
        Pipeline definition = one_job(body, options);
        definition.stages.push_back(single("after", {"s"}));
        result.reset();
        run(definition);
        return std::pair(job_of(*result, "s").digest, job_of(*result, "after").digest);
    };
    const auto of_one = digests(one);
    BOOST_TEST((of_one == digests(one)));
    BOOST_TEST(of_one.first != digests(two).first);
    const auto unversioned = digests(NativeOptions());
    const auto again = digests(NativeOptions());
    BOOST_TEST(unversioned.first != again.first);
    BOOST_TEST(unversioned.second != again.second);  // nothing that comes after is reused either
}

BOOST_AUTO_TEST_CASE(work_without_a_body_is_refused) { BOOST_CHECK_THROW(NativeWork(nullptr), Error); }

BOOST_AUTO_TEST_SUITE_END()
