#include "store/told_run.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace kahn::test {
namespace {

namespace fs = std::filesystem;
using namespace kahn::store;
using namespace std::chrono_literals;
using S = PipelineStatus;

constexpr uid_t somebody = 65534;

/// In a process of its own. \param what returns the number of the first thing that went wrong, 0 for none
template <class What>
int in_child(What what) {
    const pid_t child = ::fork();
    if (child == 0) {
        int result = 100;
        try {
            result = what();
        } catch (const std::exception& failure) {
            std::fprintf(stderr, "%s\n", failure.what());
            result = 101;
        }
        ::_exit(result);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 102;
}

bool become_somebody() { return ::geteuid() != 0 || (::setgroups(0, nullptr) == 0 && ::setgid(somebody) == 0 && ::setuid(somebody) == 0); }

/// A workspace that its user may read, but not write.
struct ReadOnly : Told {
    ~ReadOnly() { set_modes(0700, 0600); }
    void set_modes(mode_t directories, mode_t files) const {
        const bool is_root = ::geteuid() == 0;
        const auto set = [&](const fs::path& path) {
            if (is_root) BOOST_REQUIRE(::lchown(path.c_str(), somebody, somebody) == 0);
            BOOST_REQUIRE(::chmod(path.c_str(), fs::is_directory(path) ? directories : files) == 0);
        };
        if (directories == 0700) set(workspace.path());
        for (const auto& entry : fs::recursive_directory_iterator(workspace.path())) set(entry.path());
        if (directories != 0700) set(workspace.path());
    }
    /// What a child says of it who may only read it.
    template <class What>
    int reading(What what) {
        set_modes(0500, 0400);
        return in_child([&] {
            if (!become_somebody()) return 99;
            return what();
        });
    }
    void put_two() {
        auto store = open();
        store.put(ended_run(numbered(1), "ci", epoch_of_tests, S::success, {{"a", S::success}}));
        store.put(ended_run(numbered(2), "ci", epoch_of_tests + 1min, S::failure, {{"a", S::failure}}));
    }
};

int answers_right(Store& store) {
    const auto runs = store.runs();
    if (runs.size() != 2 || runs[0].id != numbered(2) || runs[0].status != S::failure) return 1;
    if (store.load(numbered(1)).pipeline.status != S::success) return 2;
    if (store.job_history("ci", "s", "a", 5).size() != 2) return 3;
    if (store.totals(epoch_of_tests, epoch_of_tests + 1h).runs != 2) return 4;
    if (store.pipelines() != std::vector<std::string>{"ci"}) return 5;
    if (store.resolve("01test00000002") != numbered(2)) return 6;
    return 0;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(read_only_workspaces, ReadOnly)

BOOST_AUTO_TEST_CASE(all_that_is_recorded_is_read_and_nothing_is_complained_of) {
    put_two();
    BOOST_TEST(reading([&] {
        auto store = open();
        if (const int wrong = answers_right(store); wrong != 0) return wrong;
        return log.empty() ? 0 : 7;
    }) == 0);
}

BOOST_AUTO_TEST_CASE(an_index_whose_log_was_written_back_does_as_well) {
    put_two();
    for (const char* mode : {"PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE"}) {
        SQLite::Database(workspace / ".kahn/kahn.db", SQLite::OPEN_READWRITE).exec(mode);
        BOOST_TEST_CONTEXT(mode) {
            BOOST_TEST(reading([&] { auto store = open(); return store.runs().size() == 2 && log.empty() ? 0 : 1; }) == 0);
        }
        set_modes(0700, 0600);
    }
}

BOOST_AUTO_TEST_CASE(what_the_index_lacks_is_added_for_whoever_asks) {
    put_two();
    {
        SQLite::Database index((workspace / ".kahn/kahn.db").string(), SQLite::OPEN_READWRITE);
        index.exec("DELETE FROM runs; DELETE FROM sums; UPDATE meta SET history_known=0");
    }
    BOOST_TEST(reading([&] { auto store = open(); return store.runs().size() == 2 && store.runs().size() == 2 && log.empty() ? 0 : 1; }) == 0);
    set_modes(0700, 0600);
    BOOST_TEST(open().runs().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_missing_or_a_broken_index_is_replaced_for_whoever_asks) {
    put_two();
    for (const char* name : {"kahn.db-wal", "kahn.db-shm", "kahn.db"}) fs::remove(workspace / ".kahn" / name);
    const auto answers = [&] {
        auto store = open();
        if (store.runs().size() != 2) return 1;
        return store.job_history("ci", "s", "a", 5).size() == 2 && log.empty() ? 0 : 2;
    };
    BOOST_TEST(reading(answers) == 0);
    set_modes(0700, 0600);
    workspace.write(".kahn/kahn.db", "no database, but longer than nothing, and so not taken for an empty one by anybody");
    BOOST_TEST(reading(answers) == 0);
}

BOOST_AUTO_TEST_CASE(a_run_whose_engine_is_gone_is_interrupted_there_too) {
    {
        auto store = open();
        const auto recorder = store.recorder();
        begin(*recorder);
        start(*recorder, 0);
        finish(*recorder, 0);
    }
    BOOST_TEST(reading([&] {
        auto store = open();
        const auto runs = store.runs();
        if (runs.size() != 1 || !runs[0].is_interrupted || runs[0].jobs_passed != 1) return 1;
        return log.empty() ? 0 : 2;
    }) == 0);
    BOOST_TEST(fs::exists(workspace / ".kahn/open" / numbered(1)));
}

BOOST_AUTO_TEST_CASE(what_would_change_it_is_refused_in_one_line) {
    put_two();
    BOOST_TEST(reading([&] {
        auto store = open();
        const auto is_refused = [&](auto change) {
            log.clear();
            try {
                change();
            } catch (const Error& failure) {
                const bool is_named = std::string(failure.what()).find("Permission denied") != std::string::npos;
                return is_named && log.size() == 1;
            }
            return false;
        };
        if (!is_refused([&] { store.put(ended_run(numbered(3), "ci", epoch_of_tests, S::success, {})); })) return 1;
        if (!is_refused([&] { store.reindex(); })) return 2;
        run.run_id = numbered(3);
        const auto recorder = store.recorder();
        try {
            begin(*recorder);
            return 3;
        } catch (const Error& failure) {
            if (failure.code() != Errc::workspace_unusable) return 4;
        }
        return store.runs().size() == 2 ? 0 : 5;
    }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(full_disks, ReadOnly)

BOOST_AUTO_TEST_CASE(all_that_is_recorded_is_read_and_that_nothing_can_be_written_is_said_once) {
    put_two();
    BOOST_TEST(in_child([&] {
        // No write of this process succeeds, as on a full disk.
        const rlimit nothing{0, 0};
        std::signal(SIGXFSZ, SIG_IGN);
        if (::setrlimit(RLIMIT_FSIZE, &nothing) != 0) return 98;
        auto store = open();
        if (const int wrong = answers_right(store); wrong != 0) return wrong;
        return log.size() <= 1 ? 0 : 50 + static_cast<int>(log.size());
    }) == 0);
}

BOOST_AUTO_TEST_CASE(a_run_whose_engine_is_gone_is_interrupted_there_too) {
    {
        auto store = open();
        const auto recorder = store.recorder();
        begin(*recorder);
    }
    BOOST_TEST(in_child([&] {
        const rlimit nothing{0, 0};
        std::signal(SIGXFSZ, SIG_IGN);
        if (::setrlimit(RLIMIT_FSIZE, &nothing) != 0) return 98;
        auto store = open();
        const auto runs = store.runs();
        return runs.size() == 1 && runs[0].is_interrupted ? 0 : 1;
    }) == 0);
    auto store = open();  // the disk has room again
    BOOST_TEST(store.runs().at(0).is_interrupted);
    const auto history = workspace.read(".kahn/history.ndjson");
    BOOST_TEST(history.find("\"interrupted\":true") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(workspaces_of_others, ReadOnly, *boost::unit_test::precondition([](auto) { return ::geteuid() == 0; }))

BOOST_AUTO_TEST_CASE(what_root_records_there_its_user_can_go_on_with) {
    put_two();
    set_modes(0700, 0600);
    {
        auto store = open();
        const auto recorder = store.recorder();
        begin(*recorder);
        store.put(ended_run(numbered(3), "ci", epoch_of_tests + 2min, S::success, {{"a", S::success}}));
        BOOST_TEST(store.reindex().runs == 3U);
    }
    for (const auto& entry : fs::recursive_directory_iterator(workspace / ".kahn")) {
        struct stat status {};
        BOOST_REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
        BOOST_TEST(status.st_uid == somebody, entry.path());
    }
    BOOST_TEST(in_child([&] {
        if (!become_somebody()) return 99;
        auto store = open();
        if (store.runs().size() != 3) return 1;
        store.put(ended_run(numbered(4), "ci", epoch_of_tests + 3min, S::success, {{"a", S::success}}));
        return store.runs().size() == 4 && log.empty() ? 0 : 2;
    }) == 0);
}

BOOST_AUTO_TEST_CASE(nobody_else_gets_in) {
    put_two();
    BOOST_REQUIRE(::chmod(workspace.path().c_str(), 0755) == 0);
    BOOST_TEST(in_child([&] {
        if (!become_somebody()) return 99;
        try {
            open();
            return 1;
        } catch (const Error& failure) {
            return std::string(failure.what()).find("Permission denied") != std::string::npos && log.size() == 1 ? 0 : 2;
        }
    }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
