#include "remote/server_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <map>
#include <string>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;
using testing::FaultRule;
using testing::Listener;

namespace {

constexpr int repositories = 10;
#if defined(__SANITIZE_THREAD__)
constexpr int runs_each = 5;  // every access is checked: the short form
#else
constexpr int runs_each = 100;
#endif

std::string name_of(int repository) { return "r" + std::to_string(repository); }

/// Each ends at a moment of its own within ten minutes.
std::chrono::seconds end_of(int number) { return std::chrono::seconds{20 + number * 37 % 560}; }

std::size_t resident_mib() {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("VmRSS:")) return static_cast<std::size_t>(std::stoul(line.substr(6))) / 1024;
    }
    return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(servers)

BOOST_FIXTURE_TEST_CASE(a_thousand_runs_are_watched_over_tls_through_trouble, ServerFixture) {
    std::map<int, std::int64_t> ids;
    server.edit_at([&](testing::World& world, testing::Milliseconds now) {
        world.limits.limit = 1'000'000;
        const testing::Workflow workflow = world.repository("acme", "rocket").workflows.at(0);
        for (int r = 0; r < repositories; ++r) {
            testing::Repository one(0, "acme", name_of(r));
            one.workflows.push_back(workflow);
            testing::Repository& added = world.add(one);
            for (int i = 0; i < runs_each; ++i) {
                testing::RunPlan plan;
                const auto end = std::chrono::duration_cast<testing::Milliseconds>(end_of(r * runs_each + i));
                plan.timeline = {testing::TimelinePoint(0ms, "queued"), testing::TimelinePoint(5s, "in_progress"),
                                 testing::TimelinePoint(end, "completed", "success")};
                ids[r * runs_each + i] = world.start_run(added, added.workflows.at(0), plan, "main", "octocat", now).id;
            }
        }
    });
    server.script(FaultRule("GET", "", testing::with_probability(0.05, 1), testing::answer(502, "<html>bad gateway</html>")));
    server.script(FaultRule("GET", "", testing::with_probability(0.01, 2), testing::cut_mid_body()));
    server.script(FaultRule("GET", "", testing::with_probability(0.01, 3), testing::stall()));
    options.request_timeout = 400ms;  // of real time: what a stall costs here
    const std::size_t before = resident_mib();
    int ended = 0;
    std::chrono::nanoseconds slowest{0};
    for (const auto& [number, id] : ids) {
        WatchOptions watch;
        watch.deadline = clock->now() + 3600s;
        const Repository repository_of("acme", name_of(number / runs_each));
        const auto end = end_of(number);
        boost::asio::co_spawn(context, client().watch(repository_of, id, watch), [&, end](std::exception_ptr, Result<Watched> watched) {
            if (!watched || !watched.value().is_complete || watched.value().run.conclusion != "success") return;
            ++ended;
            slowest = std::max<std::chrono::nanoseconds>(slowest, clock->passed() - end);
        });
    }
    BOOST_TEST(clock->run(context, [&] { return ended == repositories * runs_each; }));
    const double seconds = std::chrono::duration<double>(clock->passed()).count();
    for (int r = 0; r < repositories; ++r) {
        const auto asked = server.recorder().count(Listener::api, "GET", "/repos/acme/" + name_of(r) + "/");
        BOOST_TEST(static_cast<double>(asked) <= seconds, name_of(r) << " was asked " << asked << " times");
    }
    BOOST_TEST(server.recorder().breaches().empty());
    BOOST_TEST_MESSAGE(ended << " completions, " << server.recorder().count(Listener::api) << " requests over "
                             << server.recorder().connections(Listener::api) << " connections in " << seconds << " s, latest noticed after "
                             << std::chrono::duration<double>(slowest).count() << " s, " << before << " -> " << resident_mib()
                             << " MiB with the server");
}

BOOST_AUTO_TEST_SUITE_END()
