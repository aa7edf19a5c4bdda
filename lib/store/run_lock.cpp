#include "store/run_lock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

#include <cerrno>

namespace kahn::store {
namespace {

constexpr const char* lock_name = "lock";

}  // namespace

std::optional<RunLock> RunLock::take(const Folder& run) {
    UniqueFd fd = run.open(lock_name, O_RDWR | O_CREAT);
    // Somebody who only asks whether it is held has it for an instant.
    for (int tries = 0; tries < 10; ++tries) {
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return RunLock(std::move(fd));
        if (errno != EWOULDBLOCK && errno != EINTR) break;
        ::poll(nullptr, 0, 2);
    }
    return std::nullopt;
}

void RunLock::release() noexcept { ::flock(fd_.get(), LOCK_UN); }

bool RunLock::is_held(const Folder& store, const std::string& run_id) {
    const UniqueFd fd = store.try_open(std::filesystem::path("runs") / run_id / lock_name, O_RDONLY);
    if (!fd) return false;
    for (;;) {
        if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return false;
        if (errno != EINTR) return errno == EWOULDBLOCK;
    }
}

}  // namespace kahn::store
