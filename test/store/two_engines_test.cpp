// Two engines in one workspace: neither keeps the other waiting.

#include "store/store_fixture.hpp"
#include "store/summary.hpp"
#include "store/workspace.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <optional>

namespace kahn::test {

BOOST_FIXTURE_TEST_SUITE(two_engines, StoreFixture)

BOOST_AUTO_TEST_CASE(an_engine_whose_run_is_still_being_written_does_not_keep_the_index_from_another) {
    const auto passed = PipelineStatus::success;
    const auto record = ended_run(numbered(1), "slow", epoch_of_tests, passed, {{"a", passed}});
    std::promise<std::optional<store::HistoryFile::Range>> written;
    store::Workspace slow(workspace.path(), options());
    slow.note_end_soon(std::make_shared<const store::HistoryEntry>(store::summarise(record)), written.get_future());

    // By the time that this is done the first one's keeper has very likely come to the run's end, and waits.
    store::Store other = open();
    for (unsigned number = 2; number < 4; ++number) other.put(ended_run(numbered(number), "other", epoch_of_tests, passed, {{"a", passed}}));
    BOOST_TEST(!logged("database is locked"));
    BOOST_TEST(other.count(store::RunQuery()) == 2U);

    written.set_value(slow.add_to_history(store::summarise(record)));
    slow.keeper().wait();
    BOOST_TEST(other.count(store::RunQuery()) == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
