// The parts that decide without a process: command lines, the end of an attempt, tails, logs, names.
#include "process/cgroup.hpp"
#include "process/command_line.hpp"
#include "process/end_policy.hpp"
#include "process/guard_path.hpp"
#include "process/log_file.hpp"
#include "process/oom.hpp"
#include "process/prepared_command.hpp"
#include "process/proc.hpp"
#include "process/retry_window.hpp"
#include "process/tail.hpp"

#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

namespace kahn::process::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;
using Action = EndPolicy::Action;

const SteadyTime start{};

Sight sight(bool commands_over, bool output_open, bool tree_empty, bool tree_tight = true) {
    Sight out;
    out.commands_over = commands_over;
    out.output_open = output_open;
    out.tree_empty = tree_empty;
    out.tree_tight = tree_tight;
    return out;
}

const Sight running = sight(false, true, false);
const Sight over = sight(true, false, true);
const Sight left_with_output = sight(true, true, false);
const Sight left_without_output = sight(true, false, false);

class TemporaryFile {
public:
    TemporaryFile() {
        const int fd = ::mkstemp(name_);
        ::close(fd);
    }
    ~TemporaryFile() { ::unlink(name_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const char* path() const { return name_; }
    std::string content() const {
        std::ifstream in(name_);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private:
    char name_[32] = "/tmp/kahn-test-log-XXXXXX";
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pieces)

BOOST_AUTO_TEST_CASE(a_command_without_shell_syntax_is_split_at_blanks) {
    BOOST_TEST((split_plain_command("cmake --build  build\t-j2 ").value() == Words{"cmake", "--build", "build", "-j2"}));
    BOOST_TEST((split_plain_command("./run a=b --x=y").value() == Words{"./run", "a=b", "--x=y"}));
}

BOOST_AUTO_TEST_CASE(whatever_a_shell_would_change_is_the_shells) {
    for (const char* const command :
         {"", "  ", "a | b", "a && b", "a; b", "a > f", "a < f", "a &", "echo $X", "make `x`", "make 'x'", "make \"x\"", "make \\x",
          "ls *.c", "ls a?", "ls [ab]", "ls ~", "ls ~/x", "X=1 make", "make\nmake", "make # not", "make {a,b}", "(make)",
          "! make", "make \xc3\xa4", "make\r"}) {
        BOOST_TEST(!split_plain_command(command), command);
    }
    for (const char* const command : {"cd x", "exit 3", "echo x", "test -f x", "[ -f x ]", "true", "exec make", ". ./x", ": x",
                                      "while true", "time make", "export X", "ulimit -n 9", "wait", "set -e", "kill 1"}) {
        BOOST_TEST(!split_plain_command(command), command);
    }
}

BOOST_AUTO_TEST_CASE(a_script_is_handed_to_the_shell_by_its_path) {
    LaunchRequest request;
    request.program = "./configure";
    request.arguments = {"configure", "--x"};
    const LaunchRequest script = as_script(request);
    BOOST_TEST(script.program == "/bin/sh");
    BOOST_TEST((script.arguments == Words{"sh", "./configure", "--x"}));
}

BOOST_AUTO_TEST_CASE(an_attempt_of_which_nothing_is_left_is_over_at_once) {
    EndPolicy policy(10s);
    BOOST_TEST((policy.observe(start, running) == Action::none));
    BOOST_TEST(!policy.deadline());  // no timer is armed
    BOOST_TEST((policy.observe(start, over) == Action::finish));
    BOOST_TEST(policy.is_over());
    BOOST_TEST((policy.observe(start, over) == Action::none));
}

BOOST_AUTO_TEST_CASE(output_of_an_empty_tight_tree_is_not_waited_for) {
    EndPolicy tight(10s);
    BOOST_TEST((tight.observe(start, sight(true, true, true, true)) == Action::finish));
    EndPolicy loose(10s);  // somebody who left the session may hold it
    BOOST_TEST((loose.observe(start, sight(true, true, true, false)) == Action::none));
    BOOST_TEST((loose.observe(start + 499ms, sight(true, true, true, false)) == Action::none));
    BOOST_TEST((loose.observe(start + 500ms, sight(true, true, true, false)) == Action::finish));
}

BOOST_AUTO_TEST_CASE(who_holds_the_output_is_killed_after_half_a_second_and_who_does_not_at_once) {
    EndPolicy holds(10s);
    BOOST_TEST((holds.observe(start, left_with_output) == Action::none));
    BOOST_TEST((holds.deadline() == start + 500ms));
    BOOST_TEST((holds.observe(start + 500ms, left_with_output) == Action::kill));
    BOOST_TEST((holds.observe(start + 501ms, over) == Action::finish));

    EndPolicy holds_not(10s);
    BOOST_TEST((holds_not.observe(start, left_without_output) == Action::kill));
    EndPolicy lets_go(10s);
    BOOST_TEST((lets_go.observe(start, left_with_output) == Action::none));
    BOOST_TEST((lets_go.observe(start + 1ms, left_without_output) == Action::kill));
}

BOOST_AUTO_TEST_CASE(what_may_stay_is_not_killed_unless_somebody_wants_the_end) {
    Sight may_stay = left_without_output;
    may_stay.rest_may_stay = true;
    EndPolicy keeping(10s);
    BOOST_TEST((keeping.observe(start, may_stay) == Action::finish));
    may_stay.output_open = true;
    EndPolicy listening(10s);
    BOOST_TEST((listening.observe(start, may_stay) == Action::none));  // its last words are heard
    BOOST_TEST((listening.observe(start + 500ms, may_stay) == Action::finish));
    EndPolicy stopping(10s);
    stopping.stop(start);
    BOOST_TEST((stopping.observe(start + 10s, may_stay) == Action::kill));  // who is told to end keeps nothing
}

BOOST_AUTO_TEST_CASE(a_stop_terminates_then_kills_then_gives_up) {
    EndPolicy policy(10s);
    BOOST_TEST((policy.stop(start) == Action::terminate));
    BOOST_TEST((policy.observe(start + 9s, left_without_output) == Action::none));  // the others have their grace too
    BOOST_TEST((policy.observe(start + 10s, running) == Action::kill));
    BOOST_TEST((policy.observe(start + 11s, running) == Action::none));
    BOOST_TEST((policy.observe(start + 12s, running) == Action::give_up));  // P11: somebody in state D
    BOOST_TEST(policy.is_over());
    BOOST_TEST((policy.stop(start + 13s) == Action::none));
}

BOOST_AUTO_TEST_CASE(the_second_stop_kills_and_the_third_does_nothing_more) {
    EndPolicy policy(10s);
    BOOST_TEST((policy.stop(start) == Action::terminate));
    BOOST_TEST((policy.stop(start + 1s) == Action::kill));
    BOOST_TEST((policy.stop(start + 2s) == Action::none));
    BOOST_TEST((policy.deadline() == start + 3s));
    EndPolicy without_grace(0s);
    BOOST_TEST((without_grace.stop(start) == Action::kill));
}

BOOST_AUTO_TEST_CASE(retries_come_later_each_time_and_end_with_the_patience) {
    RetryWindow window(1s);
    BOOST_TEST(window.may_try(start));
    BOOST_TEST(window.failed(start));
    BOOST_TEST((window.next() == start + 10ms));
    BOOST_TEST(!window.may_try(start + 9ms));
    BOOST_TEST(window.failed(start + 10ms));
    BOOST_TEST((window.next() == start + 30ms));
    BOOST_TEST(window.failed(start + 990ms));
    BOOST_TEST((window.next() == start + 1s));  // one last time
    BOOST_TEST(!window.failed(start + 1s));
    BOOST_TEST((window.succeeded(start + 1s) == std::chrono::nanoseconds(1s)));
    BOOST_TEST(!window.succeeded(start + 2s));
}

BOOST_AUTO_TEST_CASE(a_tail_keeps_the_last_bytes) {
    const auto budget = std::make_shared<TailBudget>();
    Tail tail(budget, 1000);
    std::string all;
    for (int i = 0; i < 500; ++i) {
        const std::string piece = std::to_string(i) + (i % 7 == 0 ? std::string(333, 'x') : ",");
        all += piece;
        tail.append(piece);
        BOOST_REQUIRE(tail.text() == all.substr(all.size() - std::min<std::size_t>(all.size(), 1000)));
    }
    tail.append(std::string(5000, 'y'));
    BOOST_TEST(tail.text() == std::string(1000, 'y'));
    Tail none(budget, 0);
    none.append("x");
    BOOST_TEST(none.text().empty());
}

BOOST_AUTO_TEST_CASE(tails_share_a_budget_and_give_it_back) {
    const auto budget = std::make_shared<TailBudget>(10'000);
    {
        Tail first(budget, 8000);
        first.append(std::string(8000, 'a'));
        BOOST_TEST(first.text().size() == 8000u);
        Tail second(budget, 8000);
        second.append(std::string(8000, 'b'));
        BOOST_TEST(second.text() == std::string(Tail::granted, 'b'));
    }
    BOOST_TEST(budget->take(10'000));
}

BOOST_AUTO_TEST_CASE(a_long_log_keeps_head_and_tail) {
    std::string all;
    for (int i = 0; i < 1000; ++i) all += std::to_string(i) + "\n";
    for (const std::size_t step : {1U, 7U, 64U, 4000U}) {
        const TemporaryFile file;
        LogFile log(file.path(), 100);
        for (std::size_t at = 0; at < all.size(); at += step) log.append(std::string_view(all).substr(at, step));
        log.finish();
        BOOST_TEST(log.is_truncated());
        BOOST_TEST(file.content() == all.substr(0, 50) + "\n[kahn: " + std::to_string(all.size() - 100) +
                                         " bytes are left out here]\n" + all.substr(all.size() - 50));
    }
}

BOOST_AUTO_TEST_CASE(a_log_at_its_limit_is_whole) {
    for (const std::size_t size : {0U, 49U, 50U, 51U, 100U, 101U}) {
        const TemporaryFile file;
        LogFile log(file.path(), 101);
        const std::string text(size, 'x');
        log.append(text);
        log.finish();
        BOOST_TEST(!log.is_truncated());
        BOOST_TEST(file.content() == text);
    }
}

BOOST_AUTO_TEST_CASE(the_own_cgroup_is_found_in_pure_and_hybrid_hierarchies) {
    const auto pure = find_own_cgroup("30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n",
                                      "0::/user.slice/user-1000.slice\n");
    BOOST_TEST(pure.directory == "/sys/fs/cgroup/user.slice/user-1000.slice");
    const auto hybrid = find_own_cgroup(
        "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        "4:memory:/x\n0::/\n");
    BOOST_TEST(hybrid.directory == "/sys/fs/cgroup/unified/");
    const auto part = find_own_cgroup("41 31 0:38 /a/b /mnt/with\\040blank rw shared:9 - cgroup2 none rw\n", "0::/a/b/c\n");
    BOOST_TEST(part.directory == "/mnt/with blank/c");
    BOOST_TEST(find_own_cgroup("41 31 0:38 /a/b /mnt rw - cgroup2 none rw\n", "0::/a/bc\n").directory.empty());
    BOOST_TEST(!find_own_cgroup("", "0::/\n").why_not.empty());
    BOOST_TEST(!find_own_cgroup("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "4:memory:/x\n").why_not.empty());
}

BOOST_AUTO_TEST_CASE(an_engines_directory_tells_who_it_was) {
    EngineName name;
    name.pid = 4711;
    name.start_time = 123456789012;
    name.number = 3;
    name.boot = "0a1b2c3d";
    const auto again = EngineName::parse(name.text());
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(again->text() == name.text());
    BOOST_TEST(again->pid == 4711);
    for (const char* const text : {"kahn-", "kahn-x-1-1-b", "kahn-1-1-1", "kahn-1-1-1-", "kahn-0-1-1-b", "other-1-1-1-b"}) {
        BOOST_TEST(!EngineName::parse(text), text);
    }
}

BOOST_AUTO_TEST_CASE(a_process_may_have_any_name) {
    const auto info = parse_stat("42 (a) b (c\n) S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2\n");
    BOOST_REQUIRE(info.has_value());
    BOOST_TEST(info->name == "a) b (c\n");
    BOOST_TEST(info->parent == 7);
    BOOST_TEST(info->session == 9);
    BOOST_TEST(info->start_time == 98765u);
    BOOST_TEST(!info->is_ending);
    BOOST_TEST(parse_stat("42 (x) Z 7 8 9 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2\n")->is_ending);
    BOOST_TEST(!parse_stat(""));
    BOOST_TEST(!parse_stat("42 (x"));
}

BOOST_AUTO_TEST_CASE(descendants_are_found_through_every_generation) {
    const auto process = [](pid_t pid, pid_t parent) {
        ProcessInfo info;
        info.pid = pid;
        info.parent = parent;
        return info;
    };
    // 1 -> 2 -> 3 -> 4, 1 -> 5, and 6 whose parents make a circle, as a table read while it changes may show
    const std::vector<ProcessInfo> all{process(4, 3), process(3, 2), process(2, 1), process(5, 1), process(6, 7), process(7, 6)};
    BOOST_TEST(descendants_of({2}, all).size() == 2u);
    BOOST_TEST(descendants_of({1}, all).size() == 4u);
    BOOST_TEST(descendants_of({6}, all).size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_kernels_lists_of_children_say_what_its_table_of_processes_says) {
    // A thread of its own starts the first; that one starts another.
    int said[2];
    BOOST_REQUIRE(::pipe(said) == 0);
    pid_t first = 0;
    std::thread([&] {
        first = ::fork();
        if (first != 0) return;
        const pid_t second = ::fork();
        if (second != 0 && ::write(said[1], &second, sizeof second) != sizeof second) ::_exit(1);
        for (;;) ::pause();
    }).join();
    BOOST_REQUIRE(first > 0);
    pid_t second = 0;
    BOOST_REQUIRE(::read(said[0], &second, sizeof second) == static_cast<ssize_t>(sizeof second));
    const auto pids_of = [](const std::vector<ProcessInfo>& processes) {
        std::vector<pid_t> pids;
        for (const ProcessInfo& info : processes) pids.push_back(info.pid);
        std::sort(pids.begin(), pids.end());
        return pids;
    };
    const std::vector<pid_t> found = pids_of(descendants_of({::getpid()}));
    const std::vector<pid_t> in_the_table = pids_of(descendants_of({::getpid()}, all_processes()));
    const std::vector<pid_t> of_the_first = pids_of(descendants_of({first}));
    for (const pid_t pid : {second, first}) ::kill(pid, SIGKILL);
    ::waitpid(first, nullptr, 0);
    for (const int end : said) ::close(end);
    BOOST_TEST(found == in_the_table, boost::test_tools::per_element());
    BOOST_TEST((std::find(found.begin(), found.end(), first) != found.end()));
    BOOST_TEST((std::find(found.begin(), found.end(), second) != found.end()));
    BOOST_TEST((of_the_first == std::vector<pid_t>{second}));
}

BOOST_AUTO_TEST_CASE(counters_are_read_by_their_whole_name) {
    BOOST_TEST(counter_in("oom 1\noom_kill 23\noom_group_kill 4\n", "oom_kill") == 23u);
    BOOST_TEST(counter_in("oom_kill_x 5\n", "oom_kill") == 0u);
    BOOST_TEST(counter_in("", "oom_kill") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(guard_path)

BOOST_AUTO_TEST_CASE(is_libexec_of_the_nearest_folder_above_the_program) {
    const kahn::test::TemporaryDirectory prefix;
    const auto program = prefix.write("opt/bin/program", "");
    BOOST_TEST(guard_above(program) != prefix / "libexec/kahn/kahn-guard");

    const auto far = prefix.write("libexec/kahn/kahn-guard", "");
    BOOST_TEST(guard_above(program) != far);  // it cannot be executed
    std::filesystem::permissions(far, std::filesystem::perms::owner_all);
    BOOST_TEST(guard_above(program) == far);

    const auto near = prefix.write("opt/libexec/kahn/kahn-guard", "");
    std::filesystem::permissions(near, std::filesystem::perms::owner_all);
    BOOST_TEST(guard_above(program) == near);
    BOOST_TEST(guard_above(prefix / "no such program").empty());
}

BOOST_AUTO_TEST_CASE(of_a_stranger_does_not_count, *boost::unit_test::precondition([](auto) { return ::geteuid() == 0; })) {
    const kahn::test::TemporaryDirectory prefix;
    const auto program = prefix.write("bin/program", "");
    const auto guard = prefix.write("libexec/kahn/kahn-guard", "");
    std::filesystem::permissions(guard, std::filesystem::perms::all);
    BOOST_TEST_REQUIRE(::chown(guard.c_str(), 12345, 12345) == 0);
    BOOST_TEST(guard_above(program).empty());
    BOOST_TEST_REQUIRE(::chown(program.c_str(), 12345, 12345) == 0);
    BOOST_TEST(guard_above(program) == guard);
}

BOOST_AUTO_TEST_CASE(by_the_option_is_that_or_none) {
    std::string note;
    BOOST_TEST(find_guard("/nowhere/kahn-guard", note).empty());
    BOOST_TEST(note == "kahn-guard is not at '/nowhere/kahn-guard'");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::process::test
