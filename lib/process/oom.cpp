#include "process/oom.hpp"

#include "process/proc.hpp"

#include <fcntl.h>

#include <charconv>

namespace kahn::process {

std::uint64_t counter_in(std::string_view text, std::string_view key) noexcept {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') continue;
        std::uint64_t value = 0;
        std::from_chars(line.data() + key.size() + 1, line.data() + line.size(), value);
        return value;
    }
    return 0;
}

std::uint64_t machine_oom_kills() { return counter_in(read_small_file(AT_FDCWD, "/proc/vmstat"), "oom_kill"); }

}  // namespace kahn::process
