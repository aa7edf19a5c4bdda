#include "store/store_fixture.hpp"
#include "store/told_run.hpp"

#include "store/event_lines.hpp"

#include <kahn/model/event.hpp>

#include <unistd.h>

#include <fstream>
#include <future>
#include <thread>

using namespace kahn;
using namespace kahn::test;
using namespace kahn::store;

namespace {

using S = PipelineStatus;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recording_runs, Told)

BOOST_AUTO_TEST_CASE(a_run_is_recorded_from_its_beginning_to_its_end) {
    auto store = open();
    const auto recorder = store.recorder();
    begin(*recorder);
    BOOST_TEST(store.is_live(numbered(1)));
    RunRecord record = store.load(numbered(1));
    BOOST_TEST((record.pipeline.status == S::running));
    BOOST_TEST(!record.is_interrupted);
    BOOST_TEST(record.max_workers == 4U);
    BOOST_TEST(record.origin.pid == ::getpid());
    BOOST_TEST(record.origin.config_digest.size() == 64U);
    BOOST_TEST(!record.origin.user.empty());
    start(*recorder, 0);
    BOOST_TEST((store.load(numbered(1)).pipeline.stages[0].jobs[0].status == S::running));
    finish(*recorder, 0);
    record = store.load(numbered(1));
    BOOST_TEST((record.pipeline.stages[0].jobs[0].status == S::success));
    BOOST_TEST((record.pipeline.stages[0].jobs[0].outputs == Variables{{"X", "line\nline"}}));
    BOOST_TEST((record.pipeline.stages[0].jobs[1].status == S::pending));
    end(*recorder);
    BOOST_TEST(!store.is_live(numbered(1)));
    record = store.load(numbered(1));
    BOOST_TEST((record.pipeline.status == S::success));
    BOOST_TEST(record.critical_path == std::vector<std::string>{"a"}, boost::test_tools::per_element());
    BOOST_TEST(store.runs().at(0).jobs_passed == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_is_found_by_its_trace_while_it_goes_on_and_after) {
    auto store = open();
    const auto recorder = store.recorder();
    begin(*recorder);
    BOOST_TEST(store.resolve(trace_of_tests) == numbered(1));
    end(*recorder);
    BOOST_TEST(store.load(trace_of_tests).origin.trace_id == trace_of_tests);
    BOOST_TEST(store.runs().at(0).trace_id == trace_of_tests);
    BOOST_TEST(store.reindex().runs == 1U);
    BOOST_TEST(store.resolve(trace_of_tests) == numbered(1));
}

BOOST_AUTO_TEST_CASE(what_starts_and_what_ended_is_written_before_the_event_returns_and_output_is_not_written) {
    auto store = open();
    const auto recorder = store.recorder();
    begin(*recorder);
    start(*recorder, 0);
    BOOST_TEST(events_text().find("\"type\":\"job_started\"") != std::string::npos);
    tell(*recorder, event::JobOutput{run.stages[0], its(0), 1, OutputStream::stdout_stream, 100, "a secret of the job"});
    finish(*recorder, 0);
    const std::string text = events_text();
    BOOST_TEST(text.find("\"type\":\"job_finished\"") != std::string::npos);
    BOOST_TEST(text.find("\"offset\":100,\"bytes\":19") != std::string::npos);
    BOOST_TEST(text.find("secret") == std::string::npos);
    end(*recorder);
}

BOOST_AUTO_TEST_CASE(a_run_whose_engine_is_gone_is_told_from_its_events_whole_lines_only) {
    {
        auto store = open();
        const auto recorder = store.recorder();
        begin(*recorder);
        start(*recorder, 0);
        finish(*recorder, 0);
        start(*recorder, 1);
    }
    const auto file = workspace / ".kahn/runs" / numbered(1) / "events.ndjson";
    std::ofstream(file, std::ios::app) << "damaged in the middle\n{\"v\":1,\"seq\":9,\"type\":\"job_finished\",\"stage\":\"s\",\"job\":\"b\",\"resu";
    auto store = open();
    const RunRecord record = store.load(numbered(1));
    BOOST_TEST(record.is_interrupted);
    BOOST_TEST((record.pipeline.stages[0].jobs[0].status == S::success));
    BOOST_TEST((record.pipeline.stages[0].jobs[1].status == S::running));
    const auto runs = store.runs();
    BOOST_TEST_REQUIRE(runs.size() == 1U);
    BOOST_TEST(runs[0].is_interrupted);
    BOOST_TEST(runs[0].jobs_passed == 1U);
    const auto history = workspace.read(".kahn/history.ndjson");
    BOOST_TEST(history.find("\"interrupted\":true") != std::string::npos);
    static_cast<void>(store.runs());
    BOOST_TEST(workspace.read(".kahn/history.ndjson") == history);  // it is settled once
}

BOOST_AUTO_TEST_CASE(an_engine_that_was_killed_between_its_last_event_and_its_last_file_has_ended) {
    std::string before;
    {
        auto store = open();
        const auto recorder = store.recorder();
        begin(*recorder);
        before = workspace.read(".kahn/runs/" + numbered(1) + "/run.json");
        start(*recorder, 0);
        finish(*recorder, 0);
        end(*recorder);
    }
    workspace.write(".kahn/runs/" + numbered(1) + "/run.json", before);
    std::filesystem::remove(workspace / ".kahn/history.ndjson");
    auto store = open();
    store.reindex();
    const RunRecord record = store.load(numbered(1));
    BOOST_TEST((record.pipeline.status == S::success));
    BOOST_TEST(!record.is_interrupted);
    BOOST_TEST((store.runs().at(0).status == S::success));
}

BOOST_AUTO_TEST_CASE(D06_a_run_that_another_engine_holds_is_refused_with_who_it_is) {
    auto store = open();
    auto other = open();
    const auto first = store.recorder();
    begin(*first);
    const auto second = other.recorder();
    BOOST_CHECK_EXCEPTION(begin(*second), Error, error_with(Errc::workspace_unusable, "run " + numbered(1) + " is held by process " + std::to_string(::getpid())));
    start(*first, 0);
    finish(*first, 0);
    end(*first);
    BOOST_TEST((store.load(numbered(1)).pipeline.status == S::success));
}

BOOST_AUTO_TEST_CASE(a_request_to_cancel_reaches_the_engine_of_the_run) {
    auto store = open();
    std::promise<std::string> heard;
    const auto recorder = store.recorder(RunOrigin(), [&heard](std::string who) { heard.set_value(std::move(who)); });
    BOOST_CHECK_EXCEPTION(open().request_cancel(numbered(1)), Error, error_with(Errc::unknown_run, ""));
    begin(*recorder);
    open().request_cancel(numbered(1), "enough");
    auto answer = heard.get_future();
    BOOST_TEST_REQUIRE((answer.wait_for(std::chrono::seconds{20}) == std::future_status::ready));
    const std::string who = answer.get();
    BOOST_TEST(who.find("(process " + std::to_string(::getpid()) + "): enough") != std::string::npos);
    end(*recorder);
    BOOST_CHECK_EXCEPTION(open().request_cancel(numbered(1)), Error, error_with(Errc::invalid_argument, "is not going on"));
}

BOOST_AUTO_TEST_CASE(a_recorder_outlives_its_store_and_serves_runs_of_several_threads) {
    std::shared_ptr<Observer> recorder;
    {
        auto store = open();
        recorder = store.recorder();
    }
    std::vector<std::thread> threads;
    for (unsigned number = 1; number <= 4; ++number) {
        threads.emplace_back([&recorder, number] {
            Pipeline mine = pipeline({stage("s", {job("a")})});
            mine.run_id = numbered(number);
            mine.status = S::running;
            mine.start_time = epoch_of_tests;
            recorder->on_event(Event{0, epoch_of_tests, mine, event::RunStarted()});
            mine.status = S::success;
            recorder->on_event(Event{1, epoch_of_tests, mine, event::RunFinished()});
        });
    }
    for (auto& thread : threads) thread.join();
    BOOST_TEST(open().runs().size() == 4U);
}

BOOST_AUTO_TEST_CASE(what_lies_behind_a_link_is_not_touched) {
    static_cast<void>(open());
    TemporaryDirectory elsewhere;
    elsewhere.write("run.json", "theirs");
    std::filesystem::create_directory_symlink(elsewhere.path(), workspace / ".kahn/runs" / numbered(1));
    auto store = open();
    const auto recorder = store.recorder();
    BOOST_CHECK_THROW(begin(*recorder), Error);
    BOOST_CHECK_THROW(store.load(numbered(1)), Error);
    BOOST_TEST(elsewhere.read("run.json") == "theirs");
}

BOOST_AUTO_TEST_SUITE_END()
