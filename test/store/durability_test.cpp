#include "store/told_run.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace {

/// What the next fdatasync() of this test program does in place of the kernel's.
struct Fdatasync {
    std::mutex mutex;
    std::function<int()> replacement;  // nothing: the kernel's
} fdatasync_hook;

}  // namespace

// Stands before the C library's: the store calls this one.
extern "C" int fdatasync(int fd) {
    std::function<int()> replacement;
    {
        const std::lock_guard lock(fdatasync_hook.mutex);
        replacement = fdatasync_hook.replacement;
    }
    return replacement ? replacement() : static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace kahn::test {
namespace {

using namespace kahn::store;
using S = PipelineStatus;

struct Hooked : Told {
    ~Hooked() { hook({}); }
    static void hook(std::function<int()> replacement) {
        const std::lock_guard lock(fdatasync_hook.mutex);
        fdatasync_hook.replacement = std::move(replacement);
    }
    /// Counts only what is called on this thread: the keeper's has its own rhythm.
    void count_calls(int result = 0) {
        hook([this, result, here = std::this_thread::get_id()] {
            if (std::this_thread::get_id() != here) return 0;
            ++calls;
            written_at_call = events_text();
            if (result != 0) errno = EIO;
            return result;
        });
    }
    store::StoreOptions with(Durability durability) {
        auto changed = options();
        changed.durability = durability;
        return changed;
    }
    int calls = 0;
    std::string written_at_call;
};

BOOST_FIXTURE_TEST_SUITE(durability, Hooked)

BOOST_AUTO_TEST_CASE(full_has_each_end_of_a_job_on_the_disk_before_the_event_returns) {
    Store store(workspace.path(), with(Durability::full));
    const auto recorder = store.recorder();
    begin(*recorder);
    count_calls();
    start(*recorder, 0);
    BOOST_TEST(calls == 0);  // what begins is safe from a killed process, that is enough
    finish(*recorder, 0);
    BOOST_TEST(calls == 1);
    BOOST_TEST(written_at_call.find("\"type\":\"job_finished\"") != std::string::npos);
    // A job that never started ends as well.
    its(1).status = S::skipped;
    tell(*recorder, event::JobFinished{run.stages[0], its(1), false});
    BOOST_TEST(calls == 2);
    BOOST_TEST(written_at_call.find("\"status\":\"skipped\"") != std::string::npos);
    end(*recorder);
    BOOST_TEST((store.load(numbered(1)).pipeline.status == S::success));
}

BOOST_AUTO_TEST_CASE(normal_waits_for_no_disk) {
    Store store(workspace.path(), with(Durability::normal));
    const auto recorder = store.recorder();
    begin(*recorder);
    count_calls();
    start(*recorder, 0);
    finish(*recorder, 0);
    BOOST_TEST(calls == 0);
    BOOST_TEST(events_text().find("\"type\":\"job_finished\"") != std::string::npos);
    end(*recorder);
}

BOOST_AUTO_TEST_CASE(a_disk_that_fails_under_full_is_said_once_and_the_run_goes_on) {
    Store store(workspace.path(), with(Durability::full));
    const auto recorder = store.recorder();
    begin(*recorder);
    count_calls(-1);
    start(*recorder, 0);
    finish(*recorder, 0);
    BOOST_TEST(logged("cannot be recorded any further"));
    BOOST_TEST(log.size() == 1U);
    start(*recorder, 1);
    finish(*recorder, 1);
    BOOST_TEST(log.size() == 1U);
    end(*recorder);  // the whole is written anew
    BOOST_TEST((store.load(numbered(1)).pipeline.stages[0].jobs[1].status == S::success));
}

BOOST_AUTO_TEST_CASE(a_run_that_has_ended_is_free_although_the_disk_still_takes_its_lines) {
    Store store(workspace.path(), options());
    const auto recorder = store.recorder();
    begin(*recorder);
    std::promise<void> entered;
    std::promise<void> leave;
    std::once_flag once;
    hook([&, here = std::this_thread::get_id(), left = leave.get_future().share()] {
        if (std::this_thread::get_id() == here) return 0;
        std::call_once(once, [&entered] { entered.set_value(); });
        left.wait();
        return 0;
    });
    start(*recorder, 0);
    finish(*recorder, 0);
    entered.get_future().wait();
    BOOST_TEST(store.is_live(numbered(1)));
    end(*recorder);
    BOOST_TEST(!store.is_live(numbered(1)));  // else it could not be continued at once
    leave.set_value();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::test
