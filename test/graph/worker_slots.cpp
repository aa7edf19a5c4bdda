#include "graph/worker_slots.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace kahn::graph {
namespace {

BOOST_AUTO_TEST_SUITE(sharing_workers)

BOOST_AUTO_TEST_CASE(a_worker_can_be_taken_as_often_as_there_are_some) {
    const auto slots = WorkerSlots::make(2);
    BOOST_TEST(slots->count() == 2U);
    BOOST_TEST(slots->try_acquire());
    BOOST_TEST(slots->try_acquire());
    BOOST_TEST(!slots->try_acquire());
    slots->release();
    BOOST_TEST(slots->try_acquire());
}

BOOST_AUTO_TEST_CASE(without_a_limit_there_is_always_a_worker) {
    const auto slots = WorkerSlots::make(0);
    BOOST_TEST(slots->count() == 0U);
    for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(slots->try_acquire());
    bool is_granted = false;
    slots->wait([&] { is_granted = true; });
    BOOST_TEST(is_granted);
}

BOOST_AUTO_TEST_CASE(first_come_first_served) {
    const auto slots = WorkerSlots::make(1);
    BOOST_TEST(slots->try_acquire());
    std::vector<int> granted;
    for (int i = 0; i < 3; ++i) slots->wait([&granted, i] { granted.push_back(i); });
    BOOST_TEST(granted.empty());
    for (int i = 0; i < 3; ++i) slots->release();
    BOOST_TEST(granted == (std::vector<int>{0, 1, 2}));
    BOOST_TEST(!slots->try_acquire());  // the last one has it
}

BOOST_AUTO_TEST_CASE(a_worker_is_wanted_while_somebody_waits_for_one) {
    const auto slots = WorkerSlots::make(1);
    BOOST_TEST(!slots->is_wanted());
    BOOST_TEST(slots->try_acquire());
    BOOST_TEST(!slots->is_wanted());
    slots->wait([] {});
    BOOST_TEST(slots->is_wanted());
    slots->release();
    BOOST_TEST(!slots->is_wanted());
    BOOST_TEST(!WorkerSlots::make(0)->is_wanted());
}

BOOST_AUTO_TEST_CASE(a_free_worker_is_granted_at_once) {
    const auto slots = WorkerSlots::make(1);
    bool is_granted = false;
    slots->wait([&] { is_granted = true; });
    BOOST_TEST(is_granted);
    BOOST_TEST(!slots->try_acquire());
}

BOOST_AUTO_TEST_CASE(however_many_do_not_want_theirs_any_more_the_next_one_gets_it_without_recursion) {
    const auto slots = WorkerSlots::make(1);
    BOOST_TEST(slots->try_acquire());
    constexpr int many = 200'000;
    int refused = 0;
    for (int i = 0; i < many; ++i) {
        slots->wait([&] {
            ++refused;
            slots->release();
        });
    }
    bool is_granted = false;
    slots->wait([&] { is_granted = true; });
    slots->release();
    BOOST_TEST(refused == many);
    BOOST_TEST(is_granted);
}

BOOST_AUTO_TEST_CASE(a_worker_goes_back_when_its_holder_dies_and_only_once) {
    const auto slots = WorkerSlots::make(2);
    BOOST_TEST(slots->try_acquire());
    BOOST_TEST(slots->try_acquire());
    {
        Worker first(slots);
        Worker moved = std::move(first);
        BOOST_TEST(!first);  // NOLINT(bugprone-use-after-move): that it is empty is the point
        BOOST_TEST(!slots->try_acquire());
        moved = Worker(slots);  // the one it held goes back
        BOOST_TEST(slots->try_acquire());
    }
    BOOST_TEST(slots->try_acquire());
    BOOST_TEST(!slots->try_acquire());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::graph
