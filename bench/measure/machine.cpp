#include "measure/machine.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

namespace kahn::bench {
namespace {

/// The value of the first line of a file of `name : value` lines that begins with `name`.
std::string field(const char* file, const std::string& name) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.rfind(name, 0) != 0) continue;
        const auto value = line.find_first_not_of(": \t", line.find_first_of(":\t ", name.size()));
        return value == std::string::npos ? std::string() : line.substr(value);
    }
    return "unknown";
}

std::string first_line(const char* file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> machine_facts() {
    utsname system{};
    ::uname(&system);
    return {
        {"processor", field("/proc/cpuinfo", "model name")},
        {"cores", std::to_string(::sysconf(_SC_NPROCESSORS_ONLN))},
        {"memory", field("/proc/meminfo", "MemTotal")},
        {"kernel", std::string(system.sysname) + ' ' + system.release},
        {"compiler", __VERSION__},
        {"load before", first_line("/proc/loadavg")},
    };
}

}  // namespace kahn::bench
