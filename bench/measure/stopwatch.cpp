#include "measure/stopwatch.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>

namespace kahn::bench {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

double processor_seconds(const rusage& usage) {
    double all = 0;
    for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
        all += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    }
    return all;
}

double processor_seconds_so_far() {
    double all = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        ::getrusage(who, &usage);
        all += processor_seconds(usage);
    }
    return all;
}

/// In the child: never returns.
[[noreturn]] void become(const std::vector<char*>& arguments, const char* directory) {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int fd : {0, 1, 2}) ::dup2(nothing, fd);
    if (*directory && ::chdir(directory) != 0) ::_exit(126);
    ::execvp(arguments.front(), arguments.data());
    ::_exit(127);
}

}  // namespace

Sample measure(const std::function<void()>& work) {
    Sample sample;
    const double before = processor_seconds_so_far();
    const auto began = Clock::now();
    work();
    sample.seconds = since(began);
    sample.processor_seconds = processor_seconds_so_far() - before;
    return sample;
}

Sample measure_program(const std::vector<std::string>& words, const std::string& directory) {
    std::vector<std::string> owned = words;
    std::vector<char*> arguments;
    for (std::string& word : owned) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    const auto began = Clock::now();
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) become(arguments, directory.c_str());
    int status = 0;
    rusage usage{};
    while (::wait4(pid, &status, 0, &usage) < 0) {
        if (errno != EINTR) throw std::runtime_error("wait4 failed");
    }
    Sample sample;
    sample.seconds = since(began);
    sample.processor_seconds = processor_seconds(usage);
    sample.peak_mib = static_cast<double>(usage.ru_maxrss) / 1024;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw std::runtime_error(words.front() + " ended with status " + std::to_string(status));
    }
    return sample;
}

bool has_program(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path ? path : "/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (::access((std::filesystem::path(folder) / name).c_str(), X_OK) == 0) return true;
    }
    return false;
}

}  // namespace kahn::bench
