#include "store/store_fixture.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

using namespace kahn;
using namespace kahn::test;
using namespace kahn::store;

namespace {

using S = PipelineStatus;
using namespace std::chrono_literals;

std::vector<std::string> ids(const std::vector<RunSummary>& runs) {
    std::vector<std::string> all;
    for (const RunSummary& run : runs) all.push_back(run.id);
    return all;
}

using Names = std::vector<std::string>;

/// Three runs of `ci` and one of `docs`, one a minute.
void put_four(Store& store) {
    store.put(ended_run(numbered(1), "ci", epoch_of_tests, S::success, {{"a", S::success}, {"b", S::success}}));
    store.put(ended_run(numbered(2), "ci", epoch_of_tests + 1min, S::failure, {{"a", S::success}, {"b", S::failure}, {"c", S::skipped}}));
    store.put(ended_run(numbered(3), "docs", epoch_of_tests + 2min, S::success, {{"a", S::success}}));
    store.put(ended_run(numbered(4), "ci", epoch_of_tests + 3min, S::cancelled, {{"a", S::success}, {"b", S::cancelled}}));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(keeping_runs, StoreFixture)

BOOST_AUTO_TEST_CASE(runs_are_listed_newest_first_and_filtered) {
    auto store = open();
    BOOST_TEST(store.runs().empty());
    put_four(store);
    BOOST_TEST(ids(store.runs()) == (Names{numbered(4), numbered(3), numbered(2), numbered(1)}), boost::test_tools::per_element());
    RunQuery query;
    query.pipeline = "ci";
    query.limit = 2;
    BOOST_TEST(ids(store.runs(query)) == (Names{numbered(4), numbered(2)}), boost::test_tools::per_element());
    query.offset = 2;
    BOOST_TEST(ids(store.runs(query)) == Names{numbered(1)}, boost::test_tools::per_element());
    query = RunQuery();
    query.status = S::failure;
    const auto failed = store.runs(query);
    BOOST_TEST_REQUIRE(failed.size() == 1U);
    BOOST_TEST(failed[0].jobs == 3U);
    BOOST_TEST(failed[0].jobs_passed == 1U);
    BOOST_TEST(failed[0].jobs_failed == 1U);
    BOOST_TEST(failed[0].jobs_skipped == 1U);
    BOOST_TEST((failed[0].start_time == epoch_of_tests + 1min));
    BOOST_TEST((failed[0].duration == 100ms));
    query = RunQuery();
    query.since = epoch_of_tests + 1min;
    query.until = epoch_of_tests + 3min;
    BOOST_TEST(ids(store.runs(query)) == (Names{numbered(3), numbered(2)}), boost::test_tools::per_element());
    BOOST_TEST(store.pipelines() == (Names{"ci", "docs"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_run_that_is_put_again_replaces_the_first) {
    auto store = open();
    store.put(ended_run(numbered(1), "ci", epoch_of_tests, S::running, {{"a", S::running}}));
    BOOST_TEST(!store.runs().at(0).is_interrupted);
    store.put(ended_run(numbered(1), "ci", epoch_of_tests, S::failure, {{"a", S::failure}}));
    BOOST_TEST_REQUIRE(store.runs().size() == 1U);
    BOOST_TEST((store.runs()[0].status == S::failure));
    BOOST_TEST((store.load(numbered(1)).pipeline.stages[0].jobs[0].status == S::failure));
}

BOOST_AUTO_TEST_CASE(a_run_that_was_put_by_hand_and_never_ended_is_interrupted_once_its_store_is_gone) {
    {
        auto store = open();
        store.put(ended_run(numbered(1), "ci", epoch_of_tests, S::running, {{"a", S::running}}));
        BOOST_TEST(store.is_live(numbered(1)));
        BOOST_TEST(!store.load(numbered(1)).is_interrupted);
    }
    auto store = open();
    BOOST_TEST(!store.is_live(numbered(1)));
    BOOST_TEST(store.load(numbered(1)).is_interrupted);
    BOOST_TEST(store.runs().at(0).is_interrupted);
    BOOST_TEST((store.runs().at(0).status == S::running));
}

BOOST_AUTO_TEST_CASE(a_unique_prefix_names_a_run) {
    auto store = open();
    put_four(store);
    store.put(ended_run("01OTHER", "ci", epoch_of_tests, S::success, {}));
    BOOST_TEST(store.resolve("01O") == "01OTHER");
    BOOST_TEST(store.resolve("01other") == "01OTHER");
    BOOST_TEST(store.resolve(numbered(2)) == numbered(2));
    BOOST_CHECK_EXCEPTION(store.resolve("01TEST"), Error, error_with(Errc::unknown_run, numbered(1) + ", " + numbered(2)));
    BOOST_CHECK_EXCEPTION(store.resolve("99"), Error, error_with(Errc::unknown_run, "no run '99'"));
    BOOST_CHECK_EXCEPTION(store.resolve(""), Error, error_with(Errc::unknown_run, ""));
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    for (const unsigned i : {7U, 8U}) {
        auto run = ended_run(numbered(i), "ci", epoch_of_tests, S::success, {{"a", S::success}});
        run.origin.trace_id = trace;
        store.put(run);
        if (i == 7) BOOST_TEST(store.resolve(trace) == numbered(7));
    }
    BOOST_CHECK_EXCEPTION(store.resolve(trace), Error, error_with(Errc::unknown_run, numbered(7) + ", " + numbered(8)));
    BOOST_CHECK_EXCEPTION(store.load("../../etc"), Error, error_with(Errc::unknown_run, ""));
    BOOST_TEST(logged("no run '99'"));
}

BOOST_AUTO_TEST_CASE(a_run_id_that_cannot_be_a_directory_is_refused) {
    auto store = open();
    for (const std::string& id : Names{"", "..", "a/b", ".hidden", "new\nline", std::string("nul\0", 4)}) {
        BOOST_CHECK_EXCEPTION(store.put(ended_run(id, "ci", epoch_of_tests, S::success, {})), Error, error_with(Errc::invalid_argument, "run id"));
    }
}

BOOST_AUTO_TEST_CASE(the_history_of_a_job_is_that_of_the_last_runs_in_which_it_ran) {
    auto store = open();
    put_four(store);
    const auto b = store.job_history("ci", "s", "b", 20);
    BOOST_TEST_REQUIRE(b.size() == 2U);  // in the newest it was cancelled before it began
    BOOST_TEST(b[0].run == numbered(2));
    BOOST_TEST((b[0].status == S::failure));
    BOOST_TEST((b[0].duration == 20ms));
    BOOST_TEST(b[0].attempts == 1);
    BOOST_TEST(store.job_history("ci", "s", "b", 1).empty());
    BOOST_TEST(store.job_history("ci", "s", "", 2).size() == 3U);
    BOOST_TEST(store.job_history("ci", "", "", 20).size() == 5U);
    BOOST_TEST(store.job_history("nope", "", "", 20).empty());
}

BOOST_AUTO_TEST_CASE(a_period_is_summed_up) {
    auto store = open();
    BOOST_TEST(store.totals(epoch_of_tests, epoch_of_tests + 1h).runs == 0U);
    put_four(store);
    const PeriodTotals all = store.totals(epoch_of_tests, epoch_of_tests + 1h);
    BOOST_TEST(all.runs == 4U);
    BOOST_TEST(all.succeeded == 2U);
    BOOST_TEST(all.failed == 1U);
    BOOST_TEST(all.cancelled == 1U);
    BOOST_TEST((all.total_duration == 300ms));  // without the one that was cancelled
    BOOST_TEST(all.jobs_executed == 6U);
    BOOST_TEST(all.jobs_passed == 5U);
    BOOST_TEST(all.most_active_pipeline == "ci");
    BOOST_TEST(all.most_active_runs == 3U);
    BOOST_TEST(store.totals(epoch_of_tests + 1min, epoch_of_tests + 3min).runs == 2U);
}

BOOST_AUTO_TEST_CASE(a_period_of_many_days_is_the_sum_of_what_is_in_it_wherever_it_begins_and_ends) {
    auto store = open();
    // One run every seven hours over ten days; each takes 100 ms.
    for (unsigned i = 0; i < 34; ++i) store.put(ended_run(numbered(i), i % 3 == 0 ? "nightly" : "ci", epoch_of_tests + i * 7h, S::success, {{"a", S::success}}));
    const auto runs_between = [](std::chrono::hours from, std::chrono::hours to) {
        std::size_t runs = 0;
        for (int i = 0; i < 34; ++i) runs += i * 7h >= from && i * 7h < to ? 1U : 0U;
        return runs;
    };
    for (const auto from : {0h, 1h, 7h, 23h, 24h, 25h, 48h}) {
        for (const auto to : {1h, 8h, 24h, 49h, 72h, 100h, 240h, 500h}) {
            const auto totals = store.totals(epoch_of_tests + from, epoch_of_tests + to);
            BOOST_TEST(totals.runs == runs_between(from, to));
            BOOST_TEST((totals.total_duration == totals.runs * 100ms));
            BOOST_TEST(totals.jobs_executed == totals.runs);
        }
    }
    // What is recorded again is counted as it is now.
    store.put(ended_run(numbered(5), "ci", epoch_of_tests + 35h, S::failure, {{"a", S::failure}}));
    auto all = store.totals(epoch_of_tests, epoch_of_tests + 240h);
    BOOST_TEST(all.runs == 34U);
    BOOST_TEST(all.failed == 1U);
    BOOST_TEST(all.jobs_passed == 33U);
    BOOST_TEST(all.most_active_pipeline == "ci");
    BOOST_TEST(all.most_active_runs == 22U);
    BOOST_TEST(store.reindex().runs == 34U);
    all = store.totals(epoch_of_tests, epoch_of_tests + 240h);
    BOOST_TEST(all.runs == 34U);
    BOOST_TEST(all.failed == 1U);
}

BOOST_AUTO_TEST_CASE(an_index_of_the_first_version_is_taken_over_with_what_is_in_it) {
    {
        auto store = open();
        put_four(store);
    }
    {
        SQLite::Database old((workspace / ".kahn/kahn.db").string(), SQLite::OPEN_READWRITE);
        old.exec("DROP TRIGGER sums_add; DROP TRIGGER sums_take; DROP TRIGGER sums_add_again; DROP TABLE sums; ALTER TABLE runs DROP COLUMN whole; "
                 "DROP INDEX runs_by_trace; ALTER TABLE runs DROP COLUMN trace; PRAGMA user_version=1");
    }
    auto store = open();
    BOOST_TEST(!logged("made anew"));
    BOOST_TEST(store.totals(epoch_of_tests - 48h, epoch_of_tests + 48h).runs == store.totals(epoch_of_tests, epoch_of_tests + 1h).runs);
    store.put(ended_run(numbered(9), "ci", epoch_of_tests + 1min, S::success, {{"a", S::success}}));
    BOOST_TEST(store.totals(epoch_of_tests - 48h, epoch_of_tests + 48h).runs == store.totals(epoch_of_tests, epoch_of_tests + 1h).runs);
}

BOOST_AUTO_TEST_CASE(past_durations_are_medians_of_successes) {
    auto store = open();
    for (unsigned i = 1; i <= 4; ++i) {
        auto run = ended_run(numbered(i), "ci", epoch_of_tests + i * 1min, S::success, {{"a", S::success}, {"b", S::failure}});
        run.pipeline.stages[0].jobs[0].duration = std::chrono::milliseconds{i * i};
        store.put(run);
    }
    const auto past = store.past_durations();
    BOOST_TEST((past("ci", "s", "a") == std::chrono::nanoseconds{6'500'000}));  // of 1, 4, 9, 16
    BOOST_TEST(!past("ci", "s", "b").has_value());
    BOOST_TEST(!past("ci", "s", "none").has_value());
    BOOST_TEST(!past("other", "s", "a").has_value());
    const auto usual = store.usual_durations("ci")("s", "a");
    BOOST_REQUIRE(usual.has_value());
    BOOST_TEST((usual->median == std::chrono::nanoseconds{6'500'000}));
    BOOST_TEST(usual->runs == 4U);
    BOOST_TEST(!store.usual_durations("ci")("s", "b").has_value());
    BOOST_TEST(!store.usual_durations("other")("s", "a").has_value());
}

BOOST_AUTO_TEST_CASE(a_job_that_was_reused_is_no_measurement) {
    auto store = open();
    auto run = ended_run(numbered(1), "ci", epoch_of_tests, S::success, {{"a", S::success}});
    run.pipeline.stages[0].jobs[0].reused_from = numbered(0);
    run.pipeline.stages[0].jobs[0].attempts.clear();
    store.put(run);
    BOOST_TEST(store.job_history("ci", "s", "a", 5).empty());
    BOOST_TEST(store.totals(epoch_of_tests, epoch_of_tests + 1h).jobs_executed == 0U);
    BOOST_TEST(store.runs()[0].jobs_passed == 1U);
}

BOOST_AUTO_TEST_CASE(a_missing_broken_or_newer_index_is_made_anew) {
    {
        auto store = open();
        put_four(store);
    }
    const auto file = workspace / ".kahn/kahn.db";
    const auto check = [&](const char* what) {
        BOOST_TEST_CONTEXT(what) {
            auto store = open();
            BOOST_TEST(store.runs().size() == 4U);
            BOOST_TEST(store.job_history("ci", "s", "b", 20).size() == 2U);
        }
        // All of it in the one file, for the next one to be damaged.
        SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA wal_checkpoint(TRUNCATE)");
    };
    std::filesystem::remove(file);
    check("missing");
    std::ofstream(file, std::ios::trunc).close();
    check("empty");
    std::ofstream(file, std::ios::trunc) << "this is no database, whatever its name says; and it is long enough to be asked";
    check("no database");
    BOOST_TEST(logged("made anew"));
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(60);  // user_version in the header of the file, big-endian
        bytes.write("\0\0\0\x63", 4);
    }
    check("newer");
    {
        const auto size = std::filesystem::file_size(file);
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(100);
        bytes << std::string(static_cast<std::size_t>(size) - 100, '\x5a');
    }
    check("overwritten after its header");
}

BOOST_AUTO_TEST_CASE(an_index_that_breaks_while_it_is_open_is_made_anew) {
    auto store = open();
    put_four(store);
    auto other = open();
    BOOST_TEST(other.reindex().runs == 4U);  // the file that `store` has open has no name any more
    store.put(ended_run(numbered(5), "ci", epoch_of_tests + 4min, S::success, {}));
    BOOST_TEST(other.runs().size() == 5U);
    BOOST_TEST(store.runs().size() == 5U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named_and_left_alone) {
    auto store = open();
    put_four(store);
    const auto file = workspace / ".kahn/runs" / numbered(2) / "run.json";
    std::ofstream(file, std::ios::trunc) << "{\"v\":1,";
    const auto done = store.reindex();
    // It is not lost: its line in the history stays.
    BOOST_TEST(done.runs == 4U);
    BOOST_TEST_REQUIRE(done.unreadable.size() == 1U);
    BOOST_TEST(done.unreadable[0].find(numbered(2)) != std::string::npos);
    BOOST_TEST(std::filesystem::exists(file));
    BOOST_CHECK_EXCEPTION(store.load(numbered(2)), Error, error_with(Errc::workspace_unusable, "run.json"));
}

BOOST_AUTO_TEST_CASE(what_another_process_ended_without_telling_the_index_is_taken_over) {
    std::string line;
    {
        auto store = open();
        put_four(store);
        line = workspace.read(".kahn/history.ndjson");
    }
    const auto at = line.find(numbered(4));
    BOOST_TEST_REQUIRE((at != std::string::npos));
    std::string added = line.substr(line.rfind('\n', at) + 1);
    added.replace(added.find(numbered(4)), numbered(4).size(), numbered(9));
    std::ofstream(workspace / ".kahn/history.ndjson", std::ios::app) << added << "{\"torn";
    auto store = open();
    BOOST_TEST(store.runs().size() == 5U);
    store.put(ended_run(numbered(10), "ci", epoch_of_tests + 9min, S::success, {}));
    BOOST_TEST(open().runs().size() == 6U);
    BOOST_TEST(store.reindex().runs == 6U);  // the torn line costs nothing but itself
}

BOOST_AUTO_TEST_CASE(retention_takes_logs_and_artifacts_and_leaves_a_line) {
    auto opts = options();
    opts.retention.runs = 2;
    Store store(workspace.path(), opts);
    for (unsigned i = 1; i <= 4; ++i) {
        const auto logs = workspace / ".kahn/runs" / numbered(i) / "logs";
        std::filesystem::create_directories(logs);
        std::ofstream(logs / "s.a.1.log") << "printed";
        store.put(ended_run(numbered(i), "ci", epoch_of_tests + i * 1min, S::success, {{"a", S::success}}));
    }
    BOOST_TEST(!std::filesystem::exists(workspace / ".kahn/runs" / numbered(1) / "logs"));
    BOOST_TEST(!std::filesystem::exists(workspace / ".kahn/runs" / numbered(2) / "logs"));
    BOOST_TEST(std::filesystem::exists(workspace / ".kahn/runs" / numbered(3) / "logs/s.a.1.log"));
    BOOST_TEST(store.runs().size() == 4U);
    BOOST_TEST(store.load(numbered(1)).pipeline.stages[0].jobs.size() == 1U);
    const auto history = workspace.read(".kahn/history.ndjson");
    BOOST_TEST(std::count(history.begin(), history.end(), '\n') == 4);
    BOOST_TEST(store.prune() == 0U);
}

BOOST_AUTO_TEST_CASE(retention_takes_what_belongs_to_a_record_that_cannot_be_read) {
    auto opts = options();
    opts.retention.runs = 1;
    Store store(workspace.path(), opts);
    const auto run = workspace / ".kahn/runs" / numbered(1);
    std::filesystem::create_directories(run / "logs");
    store.put(ended_run(numbered(1), "ci", epoch_of_tests, S::success, {{"a", S::success}}));
    std::ofstream(run / "run.json", std::ios::trunc) << "{\"v\":1,";
    store.put(ended_run(numbered(2), "ci", epoch_of_tests + 1min, S::success, {{"a", S::success}}));
    BOOST_TEST(!std::filesystem::exists(run / "logs"));
    BOOST_TEST(std::filesystem::exists(run / "run.json"));
    BOOST_TEST(store.prune() == 0U);
}

BOOST_AUTO_TEST_CASE(retention_counts_the_bytes_of_what_another_process_ended) {
    {
        auto store = open();
        store.put(ended_run(numbered(1), "ci", epoch_of_tests, S::success, {{"a", S::success}}));
    }
    const auto logs = workspace / ".kahn/runs" / numbered(1) / "logs";
    std::filesystem::create_directories(logs);
    std::ofstream(logs / "big.log") << std::string(200'000, 'x');
    {
        // As if nothing of it had reached the index.
        SQLite::Database index((workspace / ".kahn/kahn.db").string(), SQLite::OPEN_READWRITE);
        index.exec("DELETE FROM runs; DELETE FROM sums; UPDATE meta SET history_known=0");
    }
    auto opts = options();
    opts.retention.bytes = 100'000;
    Store store(workspace.path(), opts);
    store.put(ended_run(numbered(2), "ci", epoch_of_tests + 1min, S::success, {{"a", S::success}}));
    BOOST_TEST(store.runs().size() == 2U);
    BOOST_TEST(!std::filesystem::exists(logs));
}

BOOST_AUTO_TEST_CASE(a_history_that_somebody_shortened_is_read_again) {
    {
        auto store = open();
        put_four(store);
    }
    const auto file = workspace / ".kahn/history.ndjson";
    std::string line = workspace.read(".kahn/history.ndjson");
    line.resize(line.find('\n') + 1);
    line.replace(line.find(numbered(1)), numbered(1).size(), numbered(7));
    std::ofstream(file, std::ios::trunc) << line;
    BOOST_TEST(open().runs().size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_run_that_cannot_be_read_and_that_nobody_works_on_is_complained_of_once) {
    auto store = open();
    {
        auto other = open();
        other.put(ended_run(numbered(1), "ci", epoch_of_tests, S::running, {{"a", S::running}}));
    }
    std::ofstream(workspace / ".kahn/runs" / numbered(1) / "run.json", std::ios::trunc) << "{\"v\":1,";
    BOOST_TEST_REQUIRE(store.runs().size() == 1U);
    BOOST_TEST(store.runs()[0].is_interrupted);
    BOOST_TEST(log.size() == 1U);
}

BOOST_AUTO_TEST_CASE(retention_by_size_and_by_age_spares_what_goes_on) {
    auto opts = options();
    opts.retention.bytes = 300'000;
    opts.retention.age = std::chrono::hours{1};
    const auto now = std::chrono::system_clock::now();
    Store store(workspace.path(), opts);
    const auto put = [&](unsigned number, SystemTime start, S status) {
        const auto logs = workspace / ".kahn/runs" / numbered(number) / "logs";
        std::filesystem::create_directories(logs);
        std::ofstream(logs / "big.log") << std::string(200'000, 'x');
        store.put(ended_run(numbered(number), "ci", start, status, {{"a", S::success}}));
        return logs;
    };
    const auto live = put(1, now - 3h, S::running);
    const auto old = put(2, now - 2h, S::success);
    const auto first = put(3, now - 2min, S::success);
    const auto second = put(4, now - 1min, S::success);
    BOOST_TEST(std::filesystem::exists(live));
    BOOST_TEST(!std::filesystem::exists(old));
    BOOST_TEST(!std::filesystem::exists(first));  // with the newest it would be too much
    BOOST_TEST(std::filesystem::exists(second));
}

BOOST_AUTO_TEST_CASE(two_stores_share_a_workspace) {
    auto a = open();
    auto b = open();
    a.put(ended_run(numbered(1), "ci", epoch_of_tests, S::success, {}));
    b.put(ended_run(numbered(2), "ci", epoch_of_tests, S::success, {}));
    BOOST_TEST(a.runs().size() == 2U);
    BOOST_TEST(b.runs().size() == 2U);
    a.put(ended_run(numbered(3), "ci", epoch_of_tests, S::running, {}));
    BOOST_CHECK_EXCEPTION(b.put(ended_run(numbered(3), "ci", epoch_of_tests, S::success, {})), Error,
                          error_with(Errc::invalid_argument, "living engine"));
}

BOOST_AUTO_TEST_SUITE_END()
