#include "log_reader.hpp"

#include <kahn/base/error.hpp>

#include "base/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace kahn::app {

std::string LogReader::read(bool is_complete) {
    std::string piece = read_file(head_, log_, head_at_);
    if (!piece.empty() || !is_complete) return piece;
    // The tail is written round and round: where it begins, the killed engine took with it.
    piece = read_file(tail_, log_.string() + ".tail", tail_at_);
    if (piece.empty() || has_noticed_) return piece;
    has_noticed_ = true;
    return "\n[kahn: the engine was killed here; what follows is the last that was printed, perhaps not in its order]\n" + piece;
}

std::string LogReader::read_file(UniqueFd& fd, const std::filesystem::path& path, std::uint64_t& at) const {
    constexpr std::size_t piece_bytes = 64 * 1024;
    if (!fd) fd.reset(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd && errno == ENOENT) return {};
    if (!fd) {
        const std::string reason = errno == ELOOP ? "it is a symbolic link, and none is followed there" : std::generic_category().message(errno);
        throw Error(Errc::workspace_unusable, "cannot read '" + printable(path.string()) + "': " + reason);
    }
    std::string piece(piece_bytes, '\0');
    const ssize_t count = ::pread(fd.get(), piece.data(), piece.size(), static_cast<off_t>(at));
    piece.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    at += piece.size();
    return piece;
}

}  // namespace kahn::app
