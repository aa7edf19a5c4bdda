// What the host of the library does to it, and what it may not do to the host.
#include "process/world.hpp"

#include "process/proc.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <thread>

namespace kahn::process::test {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif
#else
constexpr bool is_sanitized = false;
#endif

/// Descriptors that a child would inherit, if it could.
class ManyDescriptors {
public:
    explicit ManyDescriptors(int count) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit more = before_;
        more.rlim_cur = std::max<rlim_t>(more.rlim_cur, static_cast<rlim_t>(count) + 200);
        more.rlim_max = std::max(more.rlim_max, more.rlim_cur);
        ::setrlimit(RLIMIT_NOFILE, &more);
        for (int i = 0; i < count; ++i) {
            const int fd = ::open("/dev/null", O_RDONLY);  // not close-on-exec
            if (fd >= 0) descriptors_.push_back(fd);
        }
    }
    ~ManyDescriptors() {
        for (const int fd : descriptors_) ::close(fd);
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }
    ManyDescriptors(const ManyDescriptors&) = delete;
    ManyDescriptors& operator=(const ManyDescriptors&) = delete;
    std::size_t size() const { return descriptors_.size(); }

private:
    rlimit before_{};
    std::vector<int> descriptors_;
};

/// Puts a signal's disposition back at the end.
class Disposition {
public:
    Disposition(int number, void (*handler)(int)) : number_(number) {
        struct sigaction action {};
        action.sa_handler = handler;
        ::sigaction(number, &action, &before_);
    }
    ~Disposition() { ::sigaction(number_, &before_, nullptr); }
    Disposition(const Disposition&) = delete;
    Disposition& operator=(const Disposition&) = delete;

private:
    int number_;
    struct sigaction before_ {};
};

void do_nothing(int) {}

constexpr std::string_view bare_child =
    "fd 0\nfd 1\nfd 2\nstdin 0\nleader 1\nSigQ";  // and then the signals, none of them blocked, ignored or caught

void check_bare(const AttemptOutcome& outcome) {
    BOOST_TEST(outcome.output.starts_with(bare_child), outcome.output);
    for (const char* const line : {"SigBlk:\t0000000000000000\n", "SigIgn:\t0000000000000000\n", "SigCgt:\t0000000000000000\n"}) {
        BOOST_TEST(outcome.output.find(line) != std::string::npos, line << " is not in " << outcome.output);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hosts)

BOOST_AUTO_TEST_CASE(H01_a_job_sees_three_descriptors_whatever_the_host_has_open) {
    const ManyDescriptors many(500);
    BOOST_REQUIRE(many.size() == 500u);
    on_every_rung([](World& world) { check_bare(world.run({hostile("show")})); });
}

BOOST_AUTO_TEST_CASE(H02_the_hosts_handlers_are_untouched) {
    std::vector<std::unique_ptr<Disposition>> handlers;
    for (int number = 1; number <= 31; ++number) {
        if (number == SIGKILL || number == SIGSTOP) continue;
        handlers.push_back(std::make_unique<Disposition>(number, do_nothing));
    }
    // As the kernel has them: the C library leaves parts of its own structure as they were.
    const auto read_all = [] {
        std::array<std::array<std::uint64_t, 4>, 32> all{};
        for (int number = 1; number <= 31; ++number) {
            ::syscall(SYS_rt_sigaction, number, nullptr, all[static_cast<std::size_t>(number)].data(), 8);
        }
        return all;
    };
    const auto before = read_all();
    on_every_rung([](World& world) {
        for (int i = 0; i < 100; ++i) BOOST_REQUIRE(world.run({hostile("exit 0")}).succeeded());
        check_bare(world.run({hostile("show")}));
    });
    const auto after = read_all();
    BOOST_TEST((before == after));
}

BOOST_AUTO_TEST_CASE(H03_a_host_that_waits_for_all_children_makes_no_success) {
    on_every_rung([](World& world) {
        const auto running = world.start(world.spec({hostile("wait")}));
        world.run_until_said(running, "ready");
        const int pid = running->heard->pids.at(0);
        ::kill(pid, SIGKILL);
        if (world.rung != Containment::subreaper) {  // there the shim waits, not the host
            BOOST_TEST(::waitpid(-1, nullptr, 0) == pid);
        }
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST(!outcome.succeeded());
        if (world.rung == Containment::subreaper) {
            BOOST_TEST(outcome.signal == SIGKILL);
        } else {
            BOOST_TEST((outcome.end == AttemptEnd::status_lost));
            BOOST_TEST(describe(outcome).starts_with("exit status lost"));
        }
    });
}

BOOST_AUTO_TEST_CASE(H04_nor_does_one_that_ignores_SIGCHLD) {
    const Disposition ignored(SIGCHLD, SIG_IGN);
    on_every_rung([](World& world) {
        const AttemptOutcome outcome = world.run({hostile("exit 0")});
        if (world.rung == Containment::subreaper) {
            BOOST_TEST(outcome.succeeded());  // the shim's SIGCHLD is its own
        } else {
            BOOST_TEST((outcome.end == AttemptEnd::status_lost));
        }
    });
}

BOOST_AUTO_TEST_CASE(H05_a_job_inherits_neither_mask_nor_ignored_signals) {
    const Disposition ignored(SIGPIPE, SIG_IGN);
    sigset_t blocked, before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    on_every_rung([](World& world) { check_bare(world.run({hostile("show")})); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Other threads keep the reactor's mutex busy while children are born.
void spawn_while_registering(int count) {
    World world(can_do(Containment::cgroup2) ? Containment::cgroup2 : Containment::session);
    std::atomic<bool> is_over{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (!is_over.load()) {
                int ends[2] = {-1, -1};
                if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) continue;
                boost::asio::posix::stream_descriptor reader(world.loop, ends[0]);
                reader.async_wait(boost::asio::posix::stream_descriptor::wait_read, [](boost::system::error_code) {});
                ::close(ends[1]);
                ::usleep(100);  // leaves the two cores of a small machine something for the rest
            }
        });
    }
    int started = 0;
    int ended = 0;
    constexpr int in_flight = 8;
    std::vector<std::shared_ptr<Running>> slots;
    while (ended < count) {
        while (started < count && slots.size() < in_flight) {
            AttemptSpec spec = world.spec({hostile("exit 0")});
            spec.log.clear();
            slots.push_back(world.start(std::move(spec)));
            ++started;
        }
        const std::size_t before = slots.size();
        world.run_until([&] {
            return std::any_of(slots.begin(), slots.end(), [](const auto& slot) { return slot->outcome.has_value(); });
        });
        std::erase_if(slots, [](const auto& slot) { return slot->outcome && slot->outcome->succeeded(); });
        BOOST_REQUIRE(slots.size() < before);
        ended += static_cast<int>(before - slots.size());
    }
    is_over.store(true);
    for (std::thread& thread : threads) thread.join();
}

BOOST_AUTO_TEST_CASE(H06_spawning_while_four_threads_register_descriptors) { spawn_while_registering(is_sanitized ? 300 : 3000); }

BOOST_AUTO_TEST_CASE(H06_twenty_thousand_times, *boost::unit_test::label("soak") * boost::unit_test::timeout(600)) {
    spawn_while_registering(20'000);
}

BOOST_AUTO_TEST_CASE(H07_a_job_outlives_the_thread_that_started_it) {
    on_every_rung([](World& world) {
        std::shared_ptr<Running> running;
        std::thread starter([&] {
            running = world.start(world.spec({hostile("polite")}));
            world.run_until_said(running, "ready");
        });
        starter.join();
        ::usleep(1000);  // for the thread to be gone in the kernel too
        BOOST_REQUIRE(!running->heard->pids.empty());
        ::kill(running->heard->pids.at(0), SIGTERM);
        BOOST_TEST(world.finish(running).exit_code.value_or(-1) == 5);
    });
}

BOOST_AUTO_TEST_CASE(H08_a_readiness_without_a_status_neither_blocks_nor_spins) {
    for (const Containment rung : {Containment::cgroup2, Containment::session}) {
        if (!can_do(rung)) continue;
        World world(rung);
        const auto running = world.start(world.spec({hostile("wait")}));
        world.run_until_said(running, "ready");
        const int pid = running->heard->pids.at(0);
        {
            Helper tracer({KAHN_HOSTILE, "trace", std::to_string(pid)});
            tracer.wait_for("tracing");
            ::kill(pid, SIGKILL);  // dead, and its pidfd is ready; but the status is the tracer's first
            BOOST_REQUIRE(comes_true([pid] {
                const auto info = process_info(pid);
                return info && info->is_ending;
            }));
            std::size_t handlers = 0;
            bool is_time = false;
            boost::asio::steady_timer timer(world.loop, 300ms);
            timer.async_wait([&](boost::system::error_code) { is_time = true; });
            while (!is_time) handlers += world.loop.run_one();
            BOOST_TEST(handlers < 500u);
            BOOST_TEST(!running->outcome.has_value());
        }
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST((outcome.end == AttemptEnd::signaled));
        BOOST_TEST(outcome.signal == SIGKILL);
    }
}

BOOST_AUTO_TEST_CASE(H12_many_attempts_on_strands_of_a_pool_of_eight) {
    World world(can_do(Containment::cgroup2) ? Containment::cgroup2 : Containment::session);
    constexpr int count = 200;
    std::atomic<int> succeeded{0};
    boost::asio::thread_pool pool(8);
    for (int i = 0; i < count; ++i) {
        AttemptSpec spec = world.spec({hostile("print word"), "exit 0"});
        spec.log = world.file("log-" + std::to_string(i));
        boost::asio::co_spawn(boost::asio::make_strand(pool), run_attempt(world.supervisor, spec, nullptr),
                              [&](std::exception_ptr failure, const AttemptOutcome& outcome) {
                                  if (!failure && outcome.succeeded() && outcome.output == "word") ++succeeded;
                              });
    }
    pool.join();
    BOOST_TEST(succeeded.load() == count);
}

BOOST_AUTO_TEST_CASE(H13_a_host_with_ten_thousand_descriptors) {
    const ManyDescriptors many(10'000);
    if (many.size() != 10'000u) {
        BOOST_TEST_MESSAGE("skipped: this machine gives no 10,000 descriptors");
        return;
    }
    on_every_rung([](World& world) { check_bare(world.run({hostile("show")})); });
}

BOOST_AUTO_TEST_CASE(a_host_whose_standard_descriptors_are_closed) {
    const int copies[3] = {::fcntl(0, F_DUPFD_CLOEXEC, 100), ::fcntl(1, F_DUPFD_CLOEXEC, 100), ::fcntl(2, F_DUPFD_CLOEXEC, 100)};
    std::string output, error;
    for (const int fd : {0, 1, 2}) ::close(fd);
    {
        ProcessOptions options;
        options.guard = KAHN_GUARD;
        AttemptSpec spec;
        spec.commands = {hostile("print out"), hostile("error err")};
        boost::asio::io_context loop;
        auto on_end = [&](std::exception_ptr, const AttemptOutcome& outcome) {
            output = outcome.output;
            error = outcome.error;
        };
        boost::asio::co_spawn(loop, run_attempt(Supervisor::create(options, Logger()), spec, nullptr), on_end);
        loop.run();
    }
    for (const int fd : {0, 1, 2}) {
        ::dup2(copies[fd], fd);
        ::close(copies[fd]);
    }
    BOOST_TEST(output == "out");
    BOOST_TEST(error == "err");
}

#ifndef __SANITIZE_ADDRESS__  // ubsan looks at objects through a pipe of its own, and without one takes all of them for bad
BOOST_AUTO_TEST_CASE(a_host_without_a_free_descriptor_waits_for_one) {
    World world(Containment::session);
    const auto warm_up = world.run({hostile("exit 0")});  // the loop has its own descriptors now
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    std::vector<int> all;
    rlimit few = before;
    few.rlim_cur = open_descriptors() + 20;
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) all.push_back(fd);
    const auto running = world.start(world.spec({hostile("exit 3")}));
    const auto start = std::chrono::steady_clock::now();
    world.loop.restart();
    while (since(start) < 100ms) world.loop.run_one_for(10ms);
    const bool is_waiting = !running->outcome;
    for (const int fd : all) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(is_waiting);
    const AttemptOutcome outcome = world.finish(running);
    BOOST_TEST(outcome.exit_code.value_or(-1) == 3);
    BOOST_TEST(outcome.warnings.size() == 1u);
}
#endif

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::process::test
