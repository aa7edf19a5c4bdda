#pragma once

#include "cli/kahn_program.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace kahn::test {

/// A program in a directory: it cannot be moved, but be returned.
class ProgramIn : public Program {
public:
    ProgramIn(const std::filesystem::path& directory, std::vector<std::string> arguments) : Program(std::move(arguments)) { in(directory); }
};

/// A workspace with a pipeline of three jobs, each of which leaves a line in the file `ran`, and kahn in it, made to fail.
class StateWorld {
public:
    StateWorld() {
        directory.write("ci.yaml",
                        "name: p\n"
                        "stages:\n"
                        "  - name: build\n"
                        "    jobs:\n"
                        "      - name: a\n"
                        "        commands: ['echo a >> ran; echo VALUE=7 >> $KAHN_OUTPUT; echo made > made.txt']\n"
                        "        artifacts: [made.txt]\n"
                        "  - name: test\n"
                        "    dependencies: [build]\n"
                        "    jobs:\n"
                        "      - name: b\n"
                        "        dependencies: [build.a]\n"
                        "        commands: ['test $VALUE = 7 && echo b >> ran']\n"
                        "      - name: c\n"
                        "        dependencies: [b]\n"
                        "        commands: ['echo c >> ran']\n");
    }

    TemporaryDirectory directory;

    ProgramIn kahn_in(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), KAHN_PROGRAM);
        return ProgramIn(directory.path(), std::move(arguments));
    }

    /// kahn, with one system call of its main thread made to fail, or to be its last.
    ProgramResult run_with(const std::string& call, const std::string& what, int when, bool and_after = false) {
        Program program({"strace", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                         "inject=" + call + ":" + what + ":when=" + std::to_string(when) + (and_after ? "+" : ""), KAHN_PROGRAM, "run", "ci.yaml"});
        program.in(directory.path()).with("ASAN_OPTIONS", "detect_leaks=0");  // it cannot look for leaks while it is traced
        return program.run();
    }

    /// How often the main thread of a run makes each system call.
    std::map<std::string, int> calls() {
        const auto file = directory / "trace";
        Program program({"strace", "-qq", "-o", file.string(), KAHN_PROGRAM, "run", "ci.yaml"});
        program.in(directory.path()).with("ASAN_OPTIONS", "detect_leaks=0");
        program.run();
        std::map<std::string, int> counts;
        std::ifstream lines(file);
        for (std::string line; std::getline(lines, line);) {
            const auto end = line.find('(');
            if (end != std::string::npos && end > 0 && line[0] >= 'a' && line[0] <= 'z') ++counts[line.substr(0, end)];
        }
        std::filesystem::remove(file);
        reset();
        return counts;
    }

    void reset() {
        for (const char* name : {".kahn", "ran", "made.txt"}) std::filesystem::remove_all(directory / name);
    }

    std::map<std::string, int> ran() const {
        std::map<std::string, int> counts;
        std::istringstream lines(directory.read("ran"));
        for (std::string line; std::getline(lines, line);) ++counts[line];
        return counts;
    }

    /// Waits until nothing of a killed engine's jobs is left.
    bool is_quiet() const { return all_end("KAHN_WORKSPACE=" + directory.path().string(), std::chrono::seconds{20}); }

    /// The jobs that some run has recorded as successful, from the lines that are whole.
    std::set<std::string> recorded() const {
        std::set<std::string> jobs;
        std::error_code error;
        for (const auto& run : std::filesystem::directory_iterator(directory / ".kahn/runs", error)) {
            std::ifstream file(run.path() / "events.ndjson");
            const std::string text{std::istreambuf_iterator<char>(file), {}};
            std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
            for (std::string line; std::getline(lines, line);) {
                const auto event = boost::json::parse(line).as_object();
                if (event.at("type") == "job_finished" && event.at("status") == "success") jobs.insert(event.at("job").as_string().c_str());
            }
        }
        return jobs;
    }

    /// Continues whatever was left, and says what is wrong with the result; empty: nothing is.
    std::string resume_and_compare() {
        if (!is_quiet()) return "a job outlived its engine";
        const std::set<std::string> finished = recorded();
        const ProgramResult listed = kahn_in({"runs", "--json"}).run();
        const bool has_run = listed.exit_code == 0 && !listed.out.empty();
        if (!has_run && !finished.empty()) return "the run is not listed: " + listed.err;
        const ProgramResult again = has_run ? kahn_in({"rerun", "last"}).run() : kahn_in({"run", "ci.yaml"}).run();
        if (again.exit_code != 0) return "continuing ended with " + std::to_string(again.exit_code) + ": " + again.err;
        const auto counts = ran();
        for (const char* job : {"a", "b", "c"}) {
            const auto found = counts.find(job);
            const int times = found == counts.end() ? 0 : found->second;
            if (times == 0) return std::string(job) + " was skipped";
            if (times > 2) return std::string(job) + " ran " + std::to_string(times) + " times";
            if (times > 1 && finished.contains(job)) return std::string(job) + " was recorded as finished and ran again";
        }
        const ProgramResult runs = kahn_in({"runs", "--status", "success", "--json"}).run();
        if (runs.exit_code != 0 || events_of(runs.out).empty()) return "no successful run is listed: " + runs.err;
        return {};
    }
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int slowness = 12;  // traced and instrumented: fewer of them
#else
constexpr int slowness = 1;
#endif

/// Kills kahn at every `stride`-th of the given calls. \return what went wrong, by call and number
inline std::vector<std::string> sweep_of_kills(const std::vector<std::string>& calls, int stride) {
    std::vector<std::string> wrong;
    StateWorld world;
    const auto counts = world.calls();
    int offset = 0;
    int killed = 0;
    for (const std::string& call : calls) {
        const auto found = counts.find(call);
        if (found == counts.end()) continue;
        offset = (offset + 1) % stride;  // so that a long stride does not meet the first call of each kind alone
        for (int k = 1 + offset; k <= found->second; k += stride) {
            world.reset();
            const ProgramResult result = world.run_with(call, "signal=KILL", k);
            if (result.was_too_slow) wrong.push_back(call + " " + std::to_string(k) + ": it hung");
            killed += result.signal == SIGKILL ? 1 : 0;
            const std::string problem = world.resume_and_compare();
            if (!problem.empty()) wrong.push_back(call + " " + std::to_string(k) + ": " + problem);
        }
    }
    if (killed == 0) wrong.emplace_back("nothing was killed: is there no strace?");
    return wrong;
}

/// Makes every `stride`-th of the given calls fail. \return what went wrong
inline std::vector<std::string> sweep_of_errors(const std::vector<std::pair<std::string, std::string>>& calls_and_errors, int stride) {
    static const std::set<int> documented{0, 1, 3, 70, 74};
    std::vector<std::string> wrong;
    StateWorld world;
    const auto counts = world.calls();
    int offset = 0;
    int failed = 0;
    for (const auto& [call, error] : calls_and_errors) {
        const auto found = counts.find(call);
        if (found == counts.end()) continue;
        offset = (offset + 1) % stride;
        // The first two writes make the event descriptors of two loops ready: in memory, where no disk can be full.
        const int first = call == "write" ? 3 : 1;
        const bool is_rare = found->second <= 4;  // then each of them counts
        for (int k = first + (is_rare ? 0 : offset); k <= found->second; k += is_rare ? 1 : stride) {
            world.reset();
            const ProgramResult result = world.run_with(call, "error=" + error, k);
            const std::string where = call + " " + error + " " + std::to_string(k) + ": ";
            const bool never_loaded = result.exit_code == 127 && contains(result.err, "shared librar");  // not kahn yet
            if (never_loaded) continue;
            failed += result.exit_code != 0 ? 1 : 0;
            if (result.was_too_slow) wrong.push_back(where + "it hung");
            if (result.signal != 0) wrong.push_back(where + "it crashed by signal " + std::to_string(result.signal));
            if (!documented.contains(result.exit_code)) wrong.push_back(where + "exit status " + std::to_string(result.exit_code));
            if (result.exit_code != 0 && !contains(result.err, "kahn: ")) wrong.push_back(where + "it said nothing: " + result.err);
            if (result.exit_code == 0 && world.ran().size() != 3) wrong.push_back(where + "a false success: " + result.err);
            const std::string problem = world.resume_and_compare();
            if (!problem.empty()) wrong.push_back(where + problem);
        }
    }
    if (failed == 0) wrong.emplace_back("no failure made a run fail: is there no strace?");
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

/// The calls that a program makes, but for those that cannot be a state of their own: they end it, or are made while it is loaded.
inline std::vector<std::string> names_of(const std::map<std::string, int>& counts) {
    std::vector<std::string> names;
    for (const auto& [name, count] : counts) {
        if (name != "execve" && name != "exit_group") names.push_back(name);
    }
    return names;
}

inline const std::vector<std::string> calls_that_write{"write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "ftruncate", "unlinkat"};

inline const std::vector<std::pair<std::string, std::string>> calls_that_may_fail{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their runtime writes for itself, and gives up where that fails
    {"write", "ENOSPC"},  {"write", "EIO"},
#endif
    {"openat", "EMFILE"}, {"openat2", "ENOSPC"}, {"openat2", "EACCES"}, {"pwrite64", "ENOSPC"},
    {"fsync", "EIO"},     {"fdatasync", "EIO"},  {"renameat", "EIO"},   {"rename", "EACCES"}, {"mkdir", "ENOSPC"}, {"mkdirat", "EACCES"},
    {"ftruncate", "EIO"}, {"flock", "ENOLCK"},   {"unlinkat", "EROFS"}};

}  // namespace kahn::test
