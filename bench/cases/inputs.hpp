#pragma once

#include <kahn/model/pipeline.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::bench {

/// One piece of work, for whoever takes it: a name, a shell command, and what has to be done before, by index.
struct Task {
    std::string name;
    std::string command;
    std::vector<std::size_t> after;
};

/// `count` tasks without dependencies.
std::vector<Task> equal_tasks(int count, const std::string& command);
/// The same for the library: a pipeline `bench` of one stage.
Pipeline equal_jobs(int count, const std::string& command);

// The same tasks in the languages of those that are compared. A stage for each task, as far as there are dependencies.
std::string kahn_file(const std::vector<Task>& tasks);
std::string ninja_file(const std::vector<Task>& tasks);
std::string make_file(const std::vector<Task>& tasks);

/// Writes a file and returns its path.
std::filesystem::path write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace kahn::bench
