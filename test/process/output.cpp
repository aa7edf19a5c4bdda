// What attempts print: all of it counted, the ends of it kept, the memory bounded.
#include "process/world.hpp"

#include "process/proc.hpp"

#include <fcntl.h>

#include <fstream>
#include <map>
#include <sstream>

namespace kahn::process::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::int64_t resident_limit_kib = 1 << 20;  // the sanitizers' own
#else
constexpr std::int64_t resident_limit_kib = 64 << 10;
#endif

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

std::int64_t peak_kib() {
    std::istringstream in(read_small_file(AT_FDCWD, "/proc/self/status"));
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6));
    }
    return 0;
}

/// Bounded memory, everything counted, a log with head, notice and tail.
void check_flood(const std::string& command, std::uint64_t bytes) {
    World world(can_do(Containment::cgroup2) ? Containment::cgroup2 : Containment::session,
                [](ProcessOptions& options) { options.log_limit_bytes = 8 * mib; });
    forget_peak();
    const auto running = world.start(world.spec({hostile(command + " " + std::to_string(bytes))}));
    world.run_until([&] { return running->outcome.has_value(); }, std::chrono::minutes(5));
    const AttemptOutcome outcome = world.finish(running);
    BOOST_TEST(peak_kib() < resident_limit_kib);
    BOOST_TEST(outcome.succeeded());
    BOOST_TEST(outcome.output_bytes == bytes);
    BOOST_TEST(outcome.log_truncated);
    BOOST_TEST(outcome.output.size() == 4096u);
    const std::string log = world.content("log");
    const std::string notice = "\n[kahn: " + std::to_string(bytes - 8 * mib) + " bytes are left out here]\n";
    BOOST_TEST(log.size() == 8 * mib + notice.size());
    BOOST_TEST(log.find(notice) == 4 * mib);
    BOOST_TEST(log.ends_with(outcome.output));
    BOOST_TEST(!std::filesystem::exists(world.file("log.tail")));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outputs)

BOOST_AUTO_TEST_CASE(L01_a_flood_of_lines_leaves_the_memory_bounded) { check_flood("spew", 256 * mib); }

BOOST_AUTO_TEST_CASE(L01_a_flood_of_4_GiB, *boost::unit_test::label("soak") * boost::unit_test::timeout(600)) {
    check_flood("spew", 4096 * mib);
}

BOOST_AUTO_TEST_CASE(L02_one_line_of_300_MB) { check_flood("spew-line", 300'000'000); }

BOOST_AUTO_TEST_CASE(L03_the_last_line_needs_no_end) {
    on_every_rung([](World& world) {
        const AttemptOutcome outcome = world.run({hostile("print no-end"), hostile("error oops")});
        BOOST_TEST(outcome.output == "no-end");
        BOOST_TEST(outcome.error == "oops");
        BOOST_TEST(world.content("log") == "no-endoops");
    });
}

BOOST_AUTO_TEST_CASE(L04_bytes_that_are_no_text_are_kept_exactly) {
    World world(Containment::session);
    const AttemptOutcome outcome = world.run({hostile("bytes")});
    const std::string expected("a\0b\xff\xc3\n\x80", 7);
    BOOST_TEST(outcome.output == expected);
    BOOST_TEST(world.content("log") == expected);
}

BOOST_AUTO_TEST_CASE(L05_64_writers_tear_no_line) {
    World world(Containment::session);
    BOOST_TEST(world.run({hostile("writers 64")}).succeeded());
    std::map<std::string, int> next;
    std::istringstream in(world.content("log"));
    int lines = 0;
    for (std::string line; std::getline(in, line); ++lines) {
        std::string writer, number, what, dots;
        std::istringstream fields(line);
        fields >> what >> writer >> what >> number >> dots;
        BOOST_REQUIRE(dots == ".....................");
        BOOST_REQUIRE(std::stoi(number) == next[writer]++);
    }
    BOOST_TEST(lines == 64 * 200);
}

BOOST_AUTO_TEST_CASE(a_log_is_made_for_its_owner_alone_and_only_if_there_is_something_to_write) {
    World world(Containment::session);
    BOOST_TEST(world.run({hostile("exit 0")}).succeeded());
    BOOST_TEST(!std::filesystem::exists(world.file("log")));
    BOOST_TEST(world.run({hostile("print x")}).succeeded());
    const auto mode = std::filesystem::status(world.file("log")).permissions();
    BOOST_TEST((mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_written_does_not_stop_the_job) {
    World world(Containment::session);
    AttemptSpec full = world.spec({hostile("spew 1000000")});
    full.log = "/dev/full";
    const AttemptOutcome outcome = world.run(full);
    BOOST_TEST(outcome.succeeded());
    BOOST_TEST(outcome.output_bytes == 1'000'000u);
    BOOST_TEST(outcome.log_truncated);
    BOOST_TEST(outcome.warnings.size() == 1u);

    std::filesystem::create_symlink("/dev/null", world.file("link"));
    AttemptSpec linked = world.spec({hostile("print x")});
    linked.log = world.file("link");
    BOOST_TEST(world.run(linked).log_truncated);  // somebody else's link is not followed
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::process::test
