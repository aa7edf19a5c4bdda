#pragma once

#include "support/program.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace kahn::test {

/// Nothing that the machine's owner has set counts. Done before any program is started.
inline const bool has_no_settings = ::setenv("XDG_CONFIG_HOME", "/nonexistent", 1) == 0;

/// The program under test, in a directory of its own choice.
inline Program kahn(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), KAHN_PROGRAM);
    return Program(std::move(arguments));
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// One stage, one job, one command.
inline std::string pipeline_of(std::string_view command) {
    return "name: p\nstages:\n  - name: s\n    jobs:\n      - name: j\n        commands:\n          - " + std::string(command) + "\n";
}

/// Every line as an object. \throws if one is none
inline std::vector<boost::json::object> events_of(const std::string& text) {
    std::vector<boost::json::object> events;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) events.push_back(boost::json::parse(line).as_object());
    return events;
}

inline std::vector<boost::json::object> of_type(const std::vector<boost::json::object>& events, std::string_view type) {
    std::vector<boost::json::object> found;
    for (const auto& event : events) {
        if (event.at("type").as_string() == type) found.push_back(event);
    }
    return found;
}

/// The processes whose environment has `NAME=value`, zombies left out.
inline std::vector<pid_t> processes_with(const std::string& entry) {
    std::vector<pid_t> found;
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
        const std::string name = process.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ostringstream environment;
        environment << std::ifstream(process.path() / "environ", std::ios::binary).rdbuf();
        if (('\0' + environment.str()).find('\0' + entry + '\0') != std::string::npos) found.push_back(std::stoi(name));
    }
    return found;
}

/// Whether none is left, now or soon.
inline bool all_end(const std::string& entry, std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!processes_with(entry).empty()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        ::poll(nullptr, 0, 10);
    }
    return true;
}

}  // namespace kahn::test
