#include "store/told_run.hpp"

#include "store/folder.hpp"
#include "store/open_runs.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace kahn::test {
namespace {

using namespace kahn::store;
using S = PipelineStatus;

/// A workspace as a killed engine leaves it, at an instant of the test's choice.
struct Killed : Told {
    std::filesystem::path run_path() const { return workspace / ".kahn/runs" / numbered(1); }
    std::filesystem::path note() const { return workspace / ".kahn/open" / numbered(1); }
    std::size_t lines_of_history() const {
        const std::string text = workspace.read(".kahn/history.ndjson");
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }
    void forget_in_index() const {
        SQLite::Database index((workspace / ".kahn/kahn.db").string(), SQLite::OPEN_READWRITE);
        index.exec("DELETE FROM runs; DELETE FROM sums; UPDATE meta SET history_known=0");
    }
    /// A run that was begun, and whose engine is gone.
    void begun() {
        auto store = open();
        const auto recorder = store.recorder();
        begin(*recorder);
        start(*recorder, 0);
        finish(*recorder, 0);
    }
    void ended() {
        auto store = open();
        const auto recorder = store.recorder();
        begin(*recorder);
        start(*recorder, 0);
        finish(*recorder, 0);
        end(*recorder);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(open_runs, Killed)

BOOST_AUTO_TEST_CASE(a_run_is_open_from_its_beginning_to_the_end_that_the_index_knows) {
    auto store = open();
    const auto recorder = store.recorder();
    BOOST_TEST(!std::filesystem::exists(note()));
    begin(*recorder);
    BOOST_TEST(std::filesystem::exists(note()));
    start(*recorder, 0);
    finish(*recorder, 0);
    end(*recorder);
    BOOST_TEST(store.runs().size() == 1U);  // which waits for what is still to be done
    BOOST_TEST(!std::filesystem::exists(note()));
}

BOOST_AUTO_TEST_CASE(a_run_that_the_index_never_heard_of_is_found) {
    begun();
    forget_in_index();
    auto store = open();
    BOOST_TEST(store.count(RunQuery()) == 1U);
    BOOST_TEST(store.runs().at(0).is_interrupted);
    BOOST_TEST(store.runs().at(0).jobs_passed == 1U);
    BOOST_TEST(!std::filesystem::exists(note()));
    BOOST_TEST(lines_of_history() == 1U);
    BOOST_TEST(store.resolve(numbered(1).substr(0, 8)) == numbered(1));
}

BOOST_AUTO_TEST_CASE(so_it_is_by_whatever_is_asked_first) {
    begun();
    forget_in_index();
    BOOST_TEST(open().pipelines() == std::vector<std::string>{run.name}, boost::test_tools::per_element());
    BOOST_TEST(open().job_history(run.name, "s", "a", 5).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_whose_engine_was_killed_after_its_last_file_has_ended) {
    ended();
    forget_in_index();
    std::filesystem::remove(workspace / ".kahn/history.ndjson");
    workspace.write(".kahn/open/" + numbered(1), "");
    auto store = open();
    BOOST_TEST((store.runs().at(0).status == S::success));
    BOOST_TEST(lines_of_history() == 1U);
    BOOST_TEST(!std::filesystem::exists(note()));
}

BOOST_AUTO_TEST_CASE(a_run_whose_engine_was_killed_after_its_line_in_the_history_gets_no_second_one) {
    ended();
    forget_in_index();
    workspace.write(".kahn/open/" + numbered(1), "");
    auto store = open();
    BOOST_TEST((store.runs().at(0).status == S::success));
    BOOST_TEST(lines_of_history() == 1U);
    BOOST_TEST(!std::filesystem::exists(note()));
}

BOOST_AUTO_TEST_CASE(a_run_that_never_wrote_how_it_begins_leaves_nothing_to_tell) {
    { static_cast<void>(open().runs()); }
    std::filesystem::create_directories(run_path());
    workspace.write(".kahn/open/" + numbered(1), "");
    auto store = open();
    BOOST_TEST(store.runs().empty());
    BOOST_TEST(!std::filesystem::exists(note()));
    BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(a_run_of_another_engine_is_listed_although_the_index_has_not_heard_of_it_yet) {
    auto store = open();
    const auto recorder = store.recorder();
    begin(*recorder);
    static_cast<void>(store.runs());
    forget_in_index();
    auto other = open();
    BOOST_TEST_REQUIRE(other.runs().size() == 1U);
    BOOST_TEST((other.runs()[0].status == S::running));
    BOOST_TEST(!other.runs()[0].is_interrupted);
    end(*recorder);
    BOOST_TEST((other.runs().at(0).status == S::success));
    BOOST_TEST(lines_of_history() == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_recorded_by_hand_is_found_as_well) {
    {
        auto store = open();
        store.put(ended_run(numbered(1), "ci", epoch_of_tests, S::running, {{"a", S::success}}));
    }
    forget_in_index();
    auto store = open();
    BOOST_TEST(store.runs().at(0).is_interrupted);
    BOOST_TEST(!std::filesystem::exists(note()));
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_complained_of_once) {
    begun();
    forget_in_index();
    workspace.write(".kahn/runs/" + numbered(1) + "/run.json", "{\"v\":1,");
    auto store = open();
    BOOST_TEST(store.runs().empty());
    BOOST_TEST(log.size() == 1U);
    BOOST_TEST(logged("run.json"));
    static_cast<void>(store.runs());
    BOOST_TEST(log.size() == 1U);
}

BOOST_AUTO_TEST_CASE(temporary_files_of_a_killed_writer_are_removed_with_the_run_and_those_of_a_living_one_are_not) {
    begun();
    const Folder folder = Folder::make(run_path());
    workspace.write(".kahn/runs/" + numbered(1) + "/.run.json.1.0.tmp", "half of");
    workspace.write(".kahn/runs/" + numbered(1) + "/reports/.kahn-0123456789abcdef.tmp", "half of a rep");
    const UniqueFd living = folder.open(".cancel.json.2.0.tmp", O_WRONLY | O_CREAT);
    BOOST_TEST_REQUIRE(::flock(living.get(), LOCK_EX | LOCK_NB) == 0);
    static_cast<void>(open().runs());
    BOOST_TEST(!std::filesystem::exists(run_path() / ".run.json.1.0.tmp"));
    BOOST_TEST(!std::filesystem::exists(run_path() / "reports/.kahn-0123456789abcdef.tmp"));
    BOOST_TEST(std::filesystem::exists(run_path() / ".cancel.json.2.0.tmp"));
    BOOST_TEST(std::filesystem::exists(run_path() / "events.ndjson"));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_run_clears_away_what_others_left_in_it) {
    auto store = open();
    const auto recorder = store.recorder();
    begin(*recorder);
    workspace.write(".kahn/runs/" + numbered(1) + "/.cancel.json.1.0.tmp", "half of");
    end(*recorder);
    BOOST_TEST(!std::filesystem::exists(run_path() / ".cancel.json.1.0.tmp"));
}

BOOST_AUTO_TEST_CASE(who_settles_a_run_second_finds_it_settled) {
    begun();
    const Folder folder = Folder::make(workspace / ".kahn");
    auto first = OpenRuns::Settling::begin(folder, numbered(1));
    BOOST_TEST_REQUIRE(first.has_value());
    OpenRuns(folder).remove(numbered(1));
    first.reset();
    BOOST_TEST(!OpenRuns::Settling::begin(folder, numbered(1)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
