#include "process/path_lookup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

namespace kahn::process {
namespace {

constexpr std::string_view path_without_path = "/bin:/usr/bin";  // confstr(_CS_PATH)

std::string errno_text(int error) { return std::generic_category().message(error); }

std::string_view path_of(const std::vector<std::string>& environment) noexcept {
    for (const std::string& entry : environment) {
        if (entry.starts_with("PATH=")) return std::string_view(entry).substr(5);
    }
    return path_without_path;
}

/// 0, or why the file cannot be executed.
int why_not_executable(const std::string& path, std::string_view working_directory) {
    std::string full(path);
    if (!path.starts_with('/') && !working_directory.empty()) full = std::string(working_directory) + "/" + path;
    struct stat status {};
    if (::stat(full.c_str(), &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return S_ISDIR(status.st_mode) ? EISDIR : EACCES;
    return ::faccessat(AT_FDCWD, full.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

ProgramLookup found(std::string path) {
    ProgramLookup out;
    out.path = std::move(path);
    return out;
}

}  // namespace

ProgramLookup describe_exec_failure(std::string_view path, int error) {
    ProgramLookup out;
    out.exit_code = error == ENOENT || error == ENOTDIR ? 127 : 126;
    out.message = std::string(path) + ": " + errno_text(error);
    return out;
}

ProgramLookup find_program(std::string_view name, const std::vector<std::string>& environment,
                           std::string_view working_directory) {
    std::string program(name);
    if (name.find('/') != std::string_view::npos) {
        const int error = why_not_executable(program, working_directory);
        if (error != 0) return describe_exec_failure(program, error);
        return found(std::move(program));
    }
    std::optional<ProgramLookup> forbidden;
    const std::string_view path = path_of(environment);
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        const std::string_view directory = path.substr(begin, end - begin);
        begin = end + 1;
        // An empty part is the working directory.
        std::string candidate = (directory.empty() ? "." : std::string(directory)) + "/" + program;
        const int error = why_not_executable(candidate, working_directory);
        if (error == 0) return found(std::move(candidate));
        if (error == EACCES && !forbidden) forbidden = describe_exec_failure(candidate, error);
    }
    if (forbidden) return *std::move(forbidden);
    ProgramLookup out;
    out.exit_code = 127;
    out.message = program + ": not found in PATH";
    return out;
}

}  // namespace kahn::process
