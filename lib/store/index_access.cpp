#include "store/index_access.hpp"

#include "store/file_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace kahn::store {
namespace {

constexpr const char* file_name = "kahn.db";
constexpr const char* lock_name = "index.lock";

void remove_files(const Folder& folder) {
    for (const char* suffix : {"", "-wal", "-shm"}) folder.remove_file(std::string(file_name) + suffix);
}

}  // namespace

void IndexAccess::close() {
    index_.reset();
    is_private_ = false;
}

void IndexAccess::open() {
    // Another process may have made it anew: what is open then is a file without a name.
    struct stat named {};
    const bool is_named = ::fstatat(folder_.fd(), file_name, &named, AT_SYMLINK_NOFOLLOW) == 0;
    if (index_ && (is_private_ || (is_named && named.st_ino == inode_))) return;
    close();
    inode_ = named.st_ino;
    const std::filesystem::path file = folder_.path() / file_name;
    // Made by hand for its mode; SQLite gives its other files the same. Empty is as good as missing.
    const UniqueFd there = folder_.try_open(file_name, O_RDONLY);
    if (!there && errno == ENOENT) throw IndexUnusable("it is not there");
    if (!there) throw Error(Errc::workspace_unusable, "cannot open '" + file.string() + "': " + std::generic_category().message(errno));
    if (const int error = folder_.write_obstacle(); error != 0) {
        obstacle_ = "cannot write '" + folder_.path().string() + "': " + std::generic_category().message(error);
    } else {
        try {
            index_ = std::make_unique<Index>(file);
            return;
        } catch (const Error& failure) {
            say_it_is_read_only(failure.what());
        }
    }
    try {
        index_ = Index::open_to_read(file);
    } catch (const std::exception&) {
        index_ = Index::make_in_memory(fill_);
        is_private_ = true;
    }
}

void IndexAccess::say_it_is_read_only(const std::string& why) {
    obstacle_ = why;
    if (std::exchange(has_said_, true)) return;
    logger_.warning(why + "; it is only read");
}

/// \param why the file is of no use
void IndexAccess::make(const std::string& why) {
    close();
    try {
        make_file(why);
    } catch (const Error& failure) {
        obstacle_ = failure.what();
        index_ = Index::make_in_memory(fill_);
        is_private_ = true;
    }
}

void IndexAccess::make_file(const std::string& why) {
    // One process makes it; the others wait, and find it made.
    const UniqueFd guard = folder_.open(lock_name, O_RDWR | O_CREAT);
    const FileLock lock(guard);
    try {
        Index(folder_.path() / file_name).history_known();
        return;
    } catch (const IndexUnusable&) {
        // Nobody has.
    }
    if (folder_.has(file_name)) logger_.warning("the index of the runs is made anew: " + why);
    remove_files(folder_);
    { const UniqueFd made = folder_.open(file_name, O_RDWR | O_CREAT); }
    Index::make(folder_.path() / file_name, fill_);
}

void IndexAccess::make_anew(const std::function<void(Index&)>& fill) {
    const std::lock_guard lock(mutex_);
    close();
    const UniqueFd guard = folder_.open(lock_name, O_RDWR | O_CREAT);
    const FileLock file_lock(guard);
    remove_files(folder_);
    { const UniqueFd made = folder_.open(file_name, O_RDWR | O_CREAT); }
    try {
        Index::make(folder_.path() / file_name, fill);
    } catch (const IndexUnusable& failure) {
        throw Error(Errc::workspace_unusable, "the index of the runs (kahn.db): " + std::string(failure.what()));
    }
}

}  // namespace kahn::store
