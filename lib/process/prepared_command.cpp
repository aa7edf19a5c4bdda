#include "process/prepared_command.hpp"

#include "process/command_line.hpp"
#include "process/path_lookup.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace kahn::process {
namespace {

constexpr const char* shell = "/bin/sh";
constexpr std::size_t longest_string = 131072 - 1;  // MAX_ARG_STRLEN, without the final NUL

/// As fs/exec.c reckons: a quarter of the stack's limit, at least 128 KiB, at most three quarters of 8 MiB.
std::size_t most_in_all() noexcept {
    constexpr std::size_t least = std::size_t{128} << 10;
    constexpr std::size_t most = std::size_t{6} << 20;
    rlimit stack{};
    if (::getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur == RLIM_INFINITY) return most;
    return std::clamp(static_cast<std::size_t>(stack.rlim_cur / 4), least, most);
}

std::string name_of(const std::string& entry) { return entry.substr(0, entry.find('=')); }

std::size_t size_with_pointers(const std::vector<std::string>& strings) noexcept {
    std::size_t sum = 0;
    for (const std::string& text : strings) sum += text.size() + 1 + sizeof(char*);
    return sum;
}

}  // namespace

std::string what_is_too_long(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    const std::string limit = "the system takes at most " + std::to_string(longest_string) + " in one string";
    for (const std::string& entry : environment) {
        if (entry.size() > longest_string) {
            return "the environment variable " + name_of(entry) + " has " + std::to_string(entry.size()) + " bytes: " + limit;
        }
    }
    for (const std::string& argument : arguments) {
        if (argument.size() > longest_string) {
            return "the command has an argument of " + std::to_string(argument.size()) + " bytes: " + limit;
        }
    }
    const std::size_t sum = size_with_pointers(arguments) + size_with_pointers(environment);
    if (sum <= most_in_all()) return {};
    const auto by_size = [](const std::string& a, const std::string& b) { return a.size() < b.size(); };
    const auto largest = std::max_element(environment.begin(), environment.end(), by_size);
    std::string out = "the command and its environment have " + std::to_string(sum) + " bytes";
    if (largest != environment.end()) {
        out += ", the largest variable, " + name_of(*largest) + ", " + std::to_string(largest->size());
    }
    return out + ": the system takes at most " + std::to_string(most_in_all()) + " in all";
}

namespace {

void use_program(PreparedCommand& out, std::vector<std::string> words, const std::vector<std::string>& environment,
                 const std::string& working_directory) {
    ProgramLookup found = find_program(words.front(), environment, working_directory);
    out.is_direct = true;
    out.exit_code = found.exit_code;
    out.message = std::move(found.message);
    out.request.program = std::move(found.path);
    out.request.arguments = std::move(words);
}

}  // namespace

PreparedCommand prepare_arguments(std::vector<std::string> arguments, std::shared_ptr<const std::vector<std::string>> environment,
                                  const std::string& working_directory) {
    PreparedCommand out;
    out.request.environment = environment;
    out.request.working_directory = working_directory;
    use_program(out, std::move(arguments), *environment, working_directory);
    out.refusal = what_is_too_long(out.request.arguments, *environment);
    return out;
}

PreparedCommand prepare_command(const std::string& command, std::shared_ptr<const std::vector<std::string>> environment,
                                const std::string& working_directory) {
    PreparedCommand out;
    out.request.environment = environment;
    out.request.working_directory = working_directory;
    if (auto words = split_plain_command(command)) {
        use_program(out, *std::move(words), *environment, working_directory);
    } else {
        out.request.program = shell;
        out.request.arguments = {"sh", "-c", command};
        // dash takes a command that begins with a dash for an option.
        if (command.starts_with('-') || command.starts_with('+')) out.request.arguments[2].insert(0, 1, ' ');
    }
    out.refusal = what_is_too_long(out.request.arguments, *environment);
    return out;
}

LaunchRequest as_script(const LaunchRequest& request) {
    LaunchRequest out = request;
    out.program = shell;
    out.arguments = request.arguments;
    out.arguments[0] = request.program;
    out.arguments.insert(out.arguments.begin(), "sh");
    return out;
}

}  // namespace kahn::process
