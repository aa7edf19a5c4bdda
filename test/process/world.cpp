#include "process/world.hpp"

#include "process/proc.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>

#if defined(__SANITIZE_THREAD__)
// Asio counts the owners of a shared executor with a fence, which GCC's thread sanitizer does not model.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "race:any_executor_base::destroy_shared\n"; }
#endif

namespace kahn::process::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string unique_name() {
    static std::atomic<int> count{0};
    return "kahn-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

}  // namespace

void Recorder::on_command(std::size_t, int pid) noexcept { pids.push_back(pid); }

void Recorder::on_output(OutputStream, std::uint64_t offset, std::string_view piece) noexcept {
    constexpr std::size_t most = std::size_t{4} << 20;
    has_gap = has_gap || offset != bytes;
    bytes += piece.size();
    text.append(piece.substr(0, most - std::min(most, text.size())));
}

std::string hostile(const std::string& arguments) { return std::string(KAHN_HOSTILE) + " " + arguments; }

std::size_t open_descriptors() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::vector<int> children() {
    std::vector<int> out;
    for (const ProcessInfo& info : all_processes()) {
        if (info.parent == ::getpid()) out.push_back(info.pid);
    }
    return out;
}

std::vector<int> alive_with(const std::string& entry) {
    std::vector<int> out;
    for (const ProcessInfo& info : all_processes()) {
        if (info.is_ending || info.name == "kahn-guard") continue;
        const std::string path = "/proc/" + std::to_string(info.pid) + "/environ";
        const std::string environment = '\0' + read_small_file(AT_FDCWD, path.c_str()) + '\0';
        if (environment.find('\0' + entry + '\0') != std::string::npos) out.push_back(info.pid);
    }
    return out;
}

bool comes_true(const std::function<bool()>& condition) {
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (Clock::now() > deadline) return false;
        ::usleep(1000);
    }
    return true;
}

OldCgroup::OldCgroup(const std::string& controller)
    : parent_("/sys/fs/cgroup/" + controller), directory_(parent_ / unique_name()) {
    std::error_code error;
    is_usable_ = fs::exists(parent_ / "cgroup.procs", error) && fs::create_directory(directory_, error);
}

OldCgroup::~OldCgroup() {
    comes_true([this] { return get("cgroup.procs").empty(); });
    std::error_code ignored;
    fs::remove(directory_, ignored);
}

bool OldCgroup::set(const std::string& file, const std::string& value) {
    std::ofstream out(directory_ / file);
    out << value << std::flush;
    return out.good();
}

std::string OldCgroup::get(const std::string& file) const {
    return read_small_file(AT_FDCWD, (directory_ / file).c_str());
}

std::string OldCgroup::command(const std::string& arguments) const {
    return "echo $$ > " + (directory_ / "cgroup.procs").string() + " && exec " + hostile(arguments);
}

Helper::Helper(std::vector<std::string> arguments) {
    int ends[2] = {-1, -1};
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    const int error = ::posix_spawn(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ends[0];
    BOOST_REQUIRE(error == 0);
}

Helper::~Helper() {
    kill(SIGKILL);
    ::close(output_);
}

void Helper::wait_for(const std::string& text) {
    while (said_.find(text) == std::string::npos) {
        char buffer[4096];
        const ssize_t count = ::read(output_, buffer, sizeof buffer);
        if (count > 0) said_.append(buffer, static_cast<std::size_t>(count));
        if (count == 0) break;
    }
    BOOST_TEST_REQUIRE(said_.find(text) != std::string::npos, "it said: " << said_);
}

void Helper::kill(int signal) noexcept {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

std::chrono::milliseconds since(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
}

World::World(Containment rung_, std::function<void(ProcessOptions&)> adjust) : rung(rung_), name_(unique_name()) {
    descriptors_before_ = open_descriptors();
    directory_ = fs::temp_directory_path() / name_;
    fs::create_directory(directory_);
    ProcessOptions options;
    options.guard = KAHN_GUARD;
    options.strongest_containment = rung;
    options.require_containment = rung;
    options.grace = std::chrono::milliseconds(500);
    if (adjust) adjust(options);
    supervisor = Supervisor::create(options, Logger());
}

World::~World() {
    supervisor.reset();
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
    // The loop's own three descriptors are opened by its first use and closed after this.
    BOOST_TEST(open_descriptors() <= descriptors_before_ + 3);
    BOOST_TEST(comes_true([this] { return alive().empty(); }));
    BOOST_TEST(children().empty());
}

AttemptSpec World::spec(std::vector<std::string> commands) const {
    AttemptSpec out;
    out.commands = std::move(commands);
    out.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "KAHN_TEST=" + name_};
    out.working_directory = directory_;
    out.log = directory_ / "log";
    out.name = "stage.job";
    return out;
}

std::shared_ptr<Running> World::start(AttemptSpec spec) {
    auto running = std::make_shared<Running>();
    auto on_end = [running](std::exception_ptr failure, AttemptOutcome outcome) {
        running->failure = failure;
        running->outcome = std::move(outcome);
        running->ended_at = Clock::now();
    };
    boost::asio::co_spawn(loop, run_attempt(supervisor, std::move(spec), running->heard),
                          boost::asio::bind_cancellation_slot(running->cancellation->slot(), std::move(on_end)));
    return running;
}

void World::run_until(const std::function<bool()>& is_done, std::chrono::seconds limit) {
    const auto deadline = Clock::now() + limit;
    while (!is_done() && Clock::now() < deadline) {
        loop.restart();
        loop.run_one_for(std::chrono::milliseconds(20));
    }
    BOOST_REQUIRE(is_done());
}

AttemptOutcome World::finish(const std::shared_ptr<Running>& running) {
    run_until([&] { return running->outcome.has_value(); });
    if (running->failure) std::rethrow_exception(running->failure);
    BOOST_TEST(!running->heard->has_gap);
    return *running->outcome;
}

AttemptOutcome World::run(AttemptSpec spec) { return finish(start(std::move(spec))); }

void World::run_until_said(const std::shared_ptr<Running>& running, const std::string& text) {
    // A shim tells of the pid a moment later than the program may print.
    run_until([&] {
        const bool is_said = running->heard->text.find(text) != std::string::npos && !running->heard->pids.empty();
        return is_said || running->outcome;
    });
    BOOST_REQUIRE(!running->outcome);
}

std::vector<int> World::alive() const { return alive_with("KAHN_TEST=" + name_); }

std::string World::content(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool can_do(Containment rung) {
    ProcessOptions options;
    options.guard = KAHN_GUARD;
    options.strongest_containment = rung;
    return Supervisor::create(options, Logger())->containment().containment == rung;
}

void on_every_rung(const std::function<void(World&)>& body, const std::function<void(ProcessOptions&)>& adjust) {
    for (const Containment rung : {Containment::cgroup2, Containment::subreaper, Containment::session}) {
        if (!can_do(rung)) {
            BOOST_TEST_MESSAGE("skipped: this machine cannot do " << to_string(rung));
            continue;
        }
        BOOST_TEST_CONTEXT("containment " << to_string(rung)) {
            World world(rung, adjust);
            body(world);
        }
    }
}

}  // namespace kahn::process::test
