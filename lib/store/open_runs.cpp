#include "store/open_runs.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace kahn::store {

void OpenRuns::add(std::string_view id) const {
    UniqueFd made = store_.try_open(place_of(id), O_RDWR | O_CREAT);
    if (made) return;
    store_.make_directory("open");
    made = store_.open(place_of(id), O_RDWR | O_CREAT);
}

void OpenRuns::remove(std::string_view id) const { store_.remove_file(place_of(id)); }

std::vector<std::string> OpenRuns::all() const { return store_.files("open"); }

std::optional<OpenRuns::Settling> OpenRuns::Settling::begin(const Folder& store, std::string_view id) {
    UniqueFd fd = store.try_open(place_of(id), O_RDONLY);
    if (!fd) return std::nullopt;
    while (::flock(fd.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0 || status.st_nlink == 0) return std::nullopt;
    return Settling(std::move(fd));
}

}  // namespace kahn::store
