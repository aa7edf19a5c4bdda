#include "store/keeper.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace kahn::test {
namespace {

using store::Keeper;

class Counting final : public store::Chore {
public:
    void do_now() noexcept override {
        if (++times == 2) twice.set_value();
    }
    std::atomic<int> times{0};
    std::promise<void> twice;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(keepers)

BOOST_AUTO_TEST_CASE(tasks_are_done_one_after_another_in_their_order) {
    std::vector<int> done;
    Keeper keeper;
    for (int i = 0; i < 100; ++i) keeper.post([&done, i] { done.push_back(i); });
    keeper.wait();
    BOOST_TEST_REQUIRE(done.size() == 100U);
    for (int i = 0; i < 100; ++i) BOOST_TEST(done[static_cast<std::size_t>(i)] == i);
}

BOOST_AUTO_TEST_CASE(there_is_nothing_to_wait_for_where_nothing_was_posted) { Keeper().wait(); }

BOOST_AUTO_TEST_CASE(what_was_posted_is_done_before_the_keeper_is_gone) {
    int done = 0;
    {
        std::promise<void> gate;
        Keeper keeper;
        keeper.post([opened = gate.get_future().share()] { opened.wait(); });
        for (int i = 0; i < 3; ++i) keeper.post([&done] { ++done; });
        BOOST_TEST(done == 0);
        gate.set_value();
    }
    BOOST_TEST(done == 3);
}

BOOST_AUTO_TEST_CASE(a_task_may_ask_for_the_end_of_all_tasks_and_post_another) {
    bool is_done = false;
    Keeper keeper;
    keeper.post([&] {
        keeper.wait();  // on its own thread: that would be for ever
        keeper.post([&is_done] { is_done = true; });
    });
    keeper.wait();
    BOOST_TEST(is_done);
}

BOOST_AUTO_TEST_CASE(chores_are_done_again_and_again_until_they_are_removed) {
    const auto chore = std::make_shared<Counting>();
    Keeper keeper;
    keeper.add(chore);
    chore->twice.get_future().wait();
    keeper.remove(chore);
    keeper.post([] {});
    keeper.wait();  // a round that had begun is over
    const int times = chore->times;
    BOOST_TEST(times >= 2);
    BOOST_TEST(chore.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
