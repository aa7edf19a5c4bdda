#include "store/history_file.hpp"

#include <kahn/base/error.hpp>

#include "base/files.hpp"
#include "store/file_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace kahn::store {
namespace {

constexpr const char* file_name = "history.ndjson";

}  // namespace

HistoryFile::Range HistoryFile::append(const HistoryEntry& entry) const {
    const UniqueFd fd = store_.open(file_name, O_RDWR | O_CREAT | O_APPEND);
    const FileLock lock(fd);
    const auto failed = [this](int error) {
        throw Error(Errc::write_failed, "cannot write '" + (store_.path() / file_name).string() + "': " + std::generic_category().message(error));
    };
    const off_t begin = ::lseek(fd.get(), 0, SEEK_END);
    if (begin < 0) failed(errno);
    std::string line = to_line(entry);
    char last = '\n';
    // Somebody was killed within a line: it is ended, so that only that one is lost.
    if (begin > 0 && ::pread(fd.get(), &last, 1, begin - 1) == 1 && last != '\n') line.insert(line.begin(), '\n');
    if (!write_all(fd.get(), line)) {
        const int error = errno;
        if (::ftruncate(fd.get(), begin) != 0) {
            // The next one to append ends the torn line.
        }
        failed(error);
    }
    return {static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(begin) + line.size()};
}

std::optional<std::uint64_t> HistoryFile::size() const {
    const UniqueFd fd = store_.try_open(file_name, O_RDONLY);
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

HistoryFile::Lines HistoryFile::read_from(std::uint64_t begin) const {
    Lines lines;
    const auto text = store_.read(file_name).value_or(std::string());
    std::string_view rest = std::string_view(text).substr(std::min<std::size_t>(begin, text.size()));
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        if (auto entry = from_line(rest.substr(0, end))) lines.entries.push_back(std::move(*entry));
        rest.remove_prefix(end + 1);
    }
    lines.end = text.size() - rest.size();
    return lines;
}

}  // namespace kahn::store
