#include "process/guard_path.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

namespace kahn::process {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) { return !path.empty() && ::access(path.c_str(), X_OK) == 0; }

/// The program or the shared library that this function is part of; empty if the system does not tell.
fs::path own_file() {
    Dl_info info{};
    void* found = nullptr;
    std::error_code ignored;
    if (::dladdr1(reinterpret_cast<const void*>(&own_file), &info, &found, RTLD_DL_LINKMAP) != 0 && found) {
        const fs::path library = static_cast<const link_map*>(found)->l_name;
        if (!library.empty()) return fs::canonical(library, ignored);
    }
    return fs::read_symlink("/proc/self/exe", ignored);  // the program's own name may be anything
}

}  // namespace

fs::path guard_above(const fs::path& file) {
    struct stat owner {};
    if (::stat(file.c_str(), &owner) != 0) return {};
    for (fs::path folder = file.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
        fs::path candidate = folder / "libexec" / "kahn" / "kahn-guard";
        struct stat status {};
        if (::stat(candidate.c_str(), &status) != 0 || !is_program(candidate)) continue;
        if (status.st_uid == owner.st_uid || status.st_uid == 0) return candidate;
    }
    return {};
}

fs::path find_guard(const fs::path& option, std::string& note) {
    if (!option.empty()) {
        if (is_program(option)) return option;
        note = "kahn-guard is not at '" + option.string() + "'";
        return {};
    }
    const fs::path own = own_file();
    if (fs::path above = guard_above(own); !above.empty()) return above;
    if (is_program(KAHN_GUARD_INSTALLED)) return KAHN_GUARD_INSTALLED;
    note = "kahn-guard is neither at '" KAHN_GUARD_INSTALLED "' nor in libexec/kahn of a folder above '" + own.string() + "'";
    return {};
}

}  // namespace kahn::process
