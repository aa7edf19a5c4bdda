#pragma once

#include "support/state_world.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kahn::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int slowness = 12;  // traced and instrumented: fewer of them
#else
constexpr int slowness = 1;
#endif

using CallNames = std::set<std::string>;

/// Every `stride`-th of the calls of these names that the threads of a run make, the threads one after another. Counted anew for
/// each sweep, so that none is missed that a change has added.
inline std::vector<Call> every_nth_call(const std::vector<CallsOfThread>& counted, const CallNames& names, int stride) {
    std::vector<Call> chosen;
    int to_go = stride / 2;  // not the first of each kind alone
    for (const CallsOfThread& calls : counted) {
        if (!names.contains(calls.name)) continue;
        for (int number = 1; number <= calls.count; ++number) {
            if (to_go-- > 0) continue;
            chosen.push_back({calls.thread, calls.name, number});
            to_go = stride - 1;
        }
    }
    return chosen;
}

/// Calls that were counted and then not made: how often a thread waits, or is busy enough to write a second time, is never the same.
class Reached {
public:
    void note(const Call& call, bool was_reached) {
        ++(was_reached ? reached_ : missed_);
        if (was_reached) threads_.insert(call.thread);
        if (!was_reached) BOOST_TEST_MESSAGE("not made this time: " << call.text());
    }
    /// A sweep that reaches little says nothing. \return what is wrong
    std::string verdict() const {
        BOOST_TEST_MESSAGE(reached_ << " calls of " << threads_.size() << " threads were reached, " << missed_ << " were not");
        constexpr int few = 10;  // of so few all may be of the kind that is not made each time
        if (reached_ + missed_ == 0) return "no call was counted: can nothing be traced here?";
        if (reached_ + missed_ > few && missed_ > reached_) return std::to_string(missed_) + " calls that were counted were not reached";
        return {};
    }

private:
    int reached_ = 0;
    int missed_ = 0;
    std::set<int> threads_;
};

/// Kills kahn at every `stride`-th of the given calls. \return what went wrong, by thread, call and number
inline std::vector<std::string> sweep_of_kills(const CallNames& names, int stride) {
    std::vector<std::string> wrong;
    StateWorld world;
    Reached reached;
    for (const Call& call : every_nth_call(world.calls(), names, stride)) {
        world.reset();
        const auto [result, was_reached] = world.run_with(call, "kill");
        reached.note(call, was_reached);
        if (result.was_too_slow) wrong.push_back(call.text() + ": it hung");
        if (!was_reached && result.signal != 0) wrong.push_back(call.text() + ": it ended by signal " + std::to_string(result.signal));
        const std::string problem = world.resume_and_compare();
        if (!problem.empty()) wrong.push_back(call.text() + ": " + problem);
    }
    if (auto verdict = reached.verdict(); !verdict.empty()) wrong.push_back(std::move(verdict));
    return wrong;
}

/// What is wrong with a run in which a call failed; empty: nothing is.
inline std::string problem_of_failed(const StateWorld& world, const ProgramResult& result) {
    static const std::set<int> documented{0, 1, 3, 70, 74};
    if (result.was_too_slow) return "it hung";
    if (result.signal != 0) return "it crashed by signal " + std::to_string(result.signal);
    if (!documented.contains(result.exit_code)) return "exit status " + std::to_string(result.exit_code) + ": " + result.err;
    if (result.exit_code != 0 && !contains(result.err, "kahn: ")) return "it said nothing: " + result.err;
    if (result.exit_code == 0 && world.ran().size() != 3) return "a false success: " + result.err;
    return {};
}

/// Makes every `stride`-th of the given calls fail. \return what went wrong
inline std::vector<std::string> sweep_of_errors(const std::vector<std::pair<std::string, std::string>>& calls_and_errors, int stride) {
    std::vector<std::string> wrong;
    StateWorld world;
    Reached reached;
    const auto counted = world.calls();
    for (const auto& [name, error] : calls_and_errors) {
        int count = 0;
        for (const CallsOfThread& calls : counted) count += calls.name == name ? calls.count : 0;
        const bool is_rare = count <= 4;  // then each of them counts
        for (const Call& call : every_nth_call(counted, {name}, is_rare ? 1 : std::min(stride, count))) {
            // The first two writes make the event descriptors of two loops ready: in memory, where no disk can be full.
            if (name == "write" && call.thread == 0 && call.number <= 2) continue;
            world.reset();
            const auto [result, was_reached] = world.run_with(call, error);
            const std::string where = call.text() + ", " + error + ": ";
            const bool never_loaded = result.exit_code == 127 && contains(result.err, "shared librar");  // not kahn yet
            if (never_loaded) continue;
            reached.note(call, was_reached);
            if (auto problem = problem_of_failed(world, result); !problem.empty()) wrong.push_back(where + problem);
            if (auto problem = world.resume_and_compare(); !problem.empty()) wrong.push_back(where + problem);
        }
    }
    if (auto verdict = reached.verdict(); !verdict.empty()) wrong.push_back(std::move(verdict));
    return wrong;
}

/// kill -9 at random times. \return what went wrong
inline std::vector<std::string> kill_at_random(int times, unsigned seed) {
    std::vector<std::string> wrong;
    StateWorld world;
    int killed = 0;
    std::mt19937 random(seed);
    const auto began = std::chrono::steady_clock::now();  // how long a run takes on this machine, in this build
    world.kahn_in({"run", "ci.yaml"}).run();
    const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    for (int i = 0; i < times; ++i) {
        world.reset();
        auto program = world.kahn_in({"run", "ci.yaml"});
        program.start();
        const auto patience = std::chrono::microseconds{random() % (static_cast<unsigned>(whole.count()) + 1U)};
        const auto until = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < until) ::poll(nullptr, 0, 1);
        program.send(SIGKILL);
        killed += program.finish().signal == SIGKILL ? 1 : 0;
        const std::string problem = world.resume_and_compare();
        if (!problem.empty()) wrong.push_back("after " + std::to_string(patience.count()) + " us: " + problem);
    }
    if (killed == 0) wrong.emplace_back("nothing was killed");
    return wrong;
}

inline const CallNames all_calls{"any"};

inline const CallNames calls_that_write{"write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "ftruncate", "unlink", "unlinkat"};

inline const std::vector<std::pair<std::string, std::string>> calls_that_may_fail{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their runtime writes for itself, and gives up where that fails
    {"write", "ENOSPC"},  {"write", "EIO"},
#endif
    {"openat", "EMFILE"}, {"openat2", "ENOSPC"}, {"openat2", "EACCES"}, {"pwrite64", "ENOSPC"},
    {"fsync", "EIO"},     {"fdatasync", "EIO"},  {"renameat", "EIO"},   {"rename", "EACCES"}, {"mkdir", "ENOSPC"}, {"mkdirat", "EACCES"},
    {"ftruncate", "EIO"}, {"flock", "ENOLCK"},   {"unlinkat", "EROFS"},   {"pread64", "EIO"}, {"read", "EIO"}};

}  // namespace kahn::test
