#include "process/cgroup.hpp"

#include "process/oom.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <sstream>

namespace kahn::process {
namespace {

/// `\040` and the like, which mountinfo has in place of blanks.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            int code = 0;
            const auto parsed = std::from_chars(text.data() + i + 1, text.data() + i + 4, code, 8);
            if (parsed.ptr == text.data() + i + 4) {
                out += static_cast<char>(code);
                i += 3;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> out;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

std::vector<std::string> subdirectories(int directory) {
    std::vector<std::string> out;
    const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) return out;
    const auto close_directory = [](DIR* stream) { ::closedir(stream); };
    const std::unique_ptr<DIR, decltype(close_directory)> stream(::fdopendir(copy), close_directory);
    if (!stream) {
        ::close(copy);
        return out;
    }
    while (const dirent* const entry = ::readdir(stream.get())) {
        const std::string name(entry->d_name);
        if (entry->d_type == DT_DIR && name != "." && name != "..") out.push_back(name);
    }
    return out;
}

void add_members(int directory, std::vector<pid_t>& out) {
    std::istringstream in(read_small_file(directory, "cgroup.procs"));
    for (pid_t pid = 0; in >> pid;) out.push_back(pid);
    for (const std::string& name : subdirectories(directory)) {
        const UniqueFd below(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (below) add_members(below.get(), out);
    }
}

template <class Number>
bool take_number(std::string_view& text, Number& out) {
    const std::string_view part = text.substr(0, std::min(text.find('-'), text.size()));
    const auto parsed = std::from_chars(part.data(), part.data() + part.size(), out);
    if (part.empty() || parsed.ec != std::errc() || parsed.ptr != part.data() + part.size()) return false;
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return true;
}

constexpr std::string_view engine_prefix = "kahn-";

}  // namespace

CgroupPlace find_own_cgroup(std::string_view mountinfo, std::string_view cgroups) {
    CgroupPlace out;
    std::string own;
    for (const std::string& line : lines_of(cgroups)) {
        if (line.starts_with("0::")) own = line.substr(3);
    }
    if (own.empty()) {
        out.why_not = "this process is in no cgroup2 hierarchy";
        return out;
    }
    out.why_not = "no cgroup2 hierarchy is mounted";
    for (const std::string& line : lines_of(mountinfo)) {
        const std::size_t separator = line.find(" - ");
        if (separator == std::string::npos || line.compare(separator + 3, 8, "cgroup2 ") != 0) continue;
        std::istringstream fields(line.substr(0, separator));
        std::string id, parent, device, root, mount_point;
        fields >> id >> parent >> device >> root >> mount_point;
        root = unescape(root);
        if (root == "/") root.clear();
        // Mounted is a part of the hierarchy: the own place must lie in it.
        const bool is_inside = own.starts_with(root) && (own.size() == root.size() || own[root.size()] == '/');
        if (!is_inside || own.find("/..") != std::string::npos) {
            out.why_not = "the own cgroup '" + own + "' is outside of what is mounted";
            continue;
        }
        out.directory = unescape(mount_point) + own.substr(root.size());
        out.why_not.clear();
        return out;
    }
    return out;
}

std::string EngineName::text() const {
    return std::string(engine_prefix) + std::to_string(pid) + "-" + std::to_string(start_time) + "-" +
           std::to_string(number) + "-" + boot;
}

std::optional<EngineName> EngineName::parse(std::string_view text) {
    if (!text.starts_with(engine_prefix)) return std::nullopt;
    text.remove_prefix(engine_prefix.size());
    EngineName out;
    if (!take_number(text, out.pid) || !take_number(text, out.start_time) || !take_number(text, out.number)) {
        return std::nullopt;
    }
    if (text.empty() || out.pid <= 0) return std::nullopt;
    out.boot = text;
    return out;
}

int kill_cgroup(int directory) noexcept {
    const UniqueFd file(::openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), "1", 1) != 1) return errno;
    return 0;
}

bool remove_cgroup(int parent, const std::string& name) {
    if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
    const UniqueFd directory(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!directory) return errno == ENOENT;
    for (const std::string& below : subdirectories(directory.get())) remove_cgroup(directory.get(), below);
    return ::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT;
}

std::unique_ptr<Cgroup> Cgroup::make(int parent, const std::string& name, int& error) {
    if (::mkdirat(parent, name.c_str(), 0755) != 0) {
        error = errno;
        return nullptr;
    }
    UniqueFd directory(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!directory) {
        error = errno;
        ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
        return nullptr;
    }
    return std::unique_ptr<Cgroup>(new Cgroup(parent, name, std::move(directory)));
}

Cgroup::~Cgroup() { remove_cgroup(parent_, name_); }

int Cgroup::kill() const noexcept { return kill_cgroup(directory_.get()); }

int Cgroup::freeze(bool is_frozen) const noexcept {
    const UniqueFd file(::openat(directory_.get(), "cgroup.freeze", O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), is_frozen ? "1" : "0", 1) != 1) return errno;
    return 0;
}

bool Cgroup::is_populated() const {
    const UniqueFd file(::openat(directory_.get(), "cgroup.events", O_RDONLY | O_CLOEXEC));
    char events[256];  // two lines, which the kernel gives in one piece
    const ssize_t size = file ? ::read(file.get(), events, sizeof events) : -1;
    if (size < 0) return errno != ENOENT && errno != ENODEV;  // without a descriptor to spare nobody knows
    return size > 0 && counter_in(std::string_view(events, static_cast<std::size_t>(size)), "populated") != 0;
}

std::vector<pid_t> Cgroup::members() const {
    std::vector<pid_t> out;
    add_members(directory_.get(), out);
    return out;
}

std::optional<std::uint64_t> Cgroup::oom_kills() const {
    const std::string events = read_small_file(directory_.get(), "memory.events");
    if (events.empty()) return std::nullopt;  // the memory controller is not enabled here
    return counter_in(events, "oom_kill");
}

}  // namespace kahn::process
