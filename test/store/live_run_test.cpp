#include "store/store_fixture.hpp"

#include "store/cancel_request.hpp"
#include "store/live_run.hpp"

#include <atomic>
#include <thread>

namespace kahn::test {
namespace {

using namespace kahn::store;

BOOST_AUTO_TEST_SUITE(live_runs)

BOOST_AUTO_TEST_CASE(the_keeper_looks_for_a_cancellation_while_the_end_is_written_down) {
    const TemporaryDirectory workspace;
    const Folder store = Folder::make(workspace.path() / "store");
    store.make_directory("runs");
    const RunRecord ended = ended_run(numbered(1), "ci", epoch_of_tests, PipelineStatus::success, {{"a", PipelineStatus::success}});
    std::string heard_from;
    LiveRun run(store, ended.pipeline, ended, [&heard_from](std::string who) { heard_from = std::move(who); });
    leave_cancel_request(run.folder(), numbered(1), "somebody");

    std::atomic<bool> has_looked = false;
    std::atomic<bool> is_over = false;
    std::thread keeper([&] {
        do {
            run.do_now();
            has_looked = true;
        } while (!is_over);
    });
    while (!has_looked) std::this_thread::yield();
    run.finish(ended.pipeline, {});
    is_over = true;
    keeper.join();
    BOOST_TEST(heard_from == "somebody");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::test
