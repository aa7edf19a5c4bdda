#pragma once

#include "cli/kahn_program.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace kahn::test {

/// A program in a directory: it cannot be moved, but be returned.
class ProgramIn : public Program {
public:
    ProgramIn(const std::filesystem::path& directory, std::vector<std::string> arguments) : Program(std::move(arguments)) { in(directory); }
};

/// One system call of one thread: the `number`-th of those that it makes by this name. `any`: of all that it makes.
struct Call {
    int thread = 0;
    std::string name;
    int number = 0;

    std::string text() const { return name + " " + std::to_string(number) + " of thread " + std::to_string(thread); }
};

struct CallsOfThread {
    int thread = 0;
    std::string name;
    int count = 0;
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

    /// The calls that a run's threads make: those of one kind, by one thread.
    std::vector<CallsOfThread> calls() {
        traced({"count"});
        std::vector<CallsOfThread> found;
        std::istringstream lines(directory.read(report));
        for (CallsOfThread calls; lines >> calls.thread >> calls.name >> calls.count;) found.push_back(calls);
        reset();
        return found;
    }

    /// kahn, with one call of one thread made to fail (`ENOSPC`), or to be its last (`kill`). \return its end, and whether it came so far
    std::pair<ProgramResult, bool> run_with(const Call& call, const std::string& what) {
        const ProgramResult result = traced({what, std::to_string(call.thread), call.name, std::to_string(call.number)});
        return {result, directory.read(report) == "reached\n"};
    }

    void reset() {
        for (const char* name : {".kahn", "ran", "made.txt", report}) std::filesystem::remove_all(directory / name);
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

private:
    static constexpr const char* report = "report";

    ProgramResult traced(std::vector<std::string> how) {
        std::vector<std::string> arguments{KAHN_NTH_CALL, (directory / report).string()};
        arguments.insert(arguments.end(), how.begin(), how.end());
        arguments.insert(arguments.end(), {KAHN_PROGRAM, "run", "ci.yaml"});
        Program program(std::move(arguments));
        return program.in(directory.path()).with("ASAN_OPTIONS", "detect_leaks=0").run();  // it cannot look for leaks while it is traced
    }
};

}  // namespace kahn::test
