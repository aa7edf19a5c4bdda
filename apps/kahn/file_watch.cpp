#include "file_watch.hpp"

#include <kahn/base/error.hpp>

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

namespace kahn::app {
namespace {

namespace fs = std::filesystem;

constexpr unsigned wanted = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;

[[noreturn]] void fail(const fs::path& path, int error) {
    const std::string why = error == ENOSPC ? "no more folders may be watched on this machine (fs.inotify.max_user_watches); --ignore leaves some out"
                            : error == EMFILE ? "too many programs watch files (fs.inotify.max_user_instances)"
                                              : std::generic_category().message(error);
    throw Error(Errc::invalid_argument, path.string() + ": cannot be watched: " + why);
}

int new_inotify(const fs::path& folder) {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) fail(folder, errno);
    return fd;
}

}  // namespace

FileWatch::FileWatch(boost::asio::io_context& context, fs::path folder, const WatchFilter& filter, std::function<void(const std::string&)> changed)
    : folder_(std::move(folder)), filter_(filter), changed_(std::move(changed)), inotify_(context, new_inotify(folder_)) {
    add_tree({}, Files::known);
    wait();
}

void FileWatch::add_file(const fs::path& file, std::string name) {
    const fs::path parent = file.parent_path();
    const int watch = ::inotify_add_watch(inotify_.native_handle(), parent.c_str(), wanted);
    if (watch < 0) fail(parent, errno);
    files_.emplace(watch, std::pair(file.filename().string(), std::move(name)));
}

void FileWatch::wait() {
    inotify_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
        if (error) return;
        read_now();
        if (inotify_.is_open()) wait();
    });
}

void FileWatch::read_now() {
    alignas(inotify_event) std::array<char, 16384> buffer;
    for (;;) {
        const ssize_t size = ::read(inotify_.native_handle(), buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            inotify_event event;
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* const name = buffer.data() + at + sizeof event;
            handle(event.wd, event.mask, event.len > 0 ? std::string(name) : std::string());
            at += sizeof event + event.len;
        }
    }
}

void FileWatch::handle(int watch, unsigned mask, const std::string& name) {
    if ((mask & IN_Q_OVERFLOW) != 0) {
        add_tree({}, Files::known);  // folders may have come that nobody told of
        return changed_({});
    }
    if ((mask & IN_IGNORED) != 0) {
        folders_.erase(watch);
        return;
    }
    const auto [first, last] = files_.equal_range(watch);
    for (auto file = first; file != last; ++file) {
        if (file->second.first == name) return changed_(file->second.second);
    }
    const auto folder = folders_.find(watch);
    if (folder == folders_.end() || name.empty()) return;
    const std::string path = folder->second.empty() ? name : folder->second + '/' + name;
    if ((mask & IN_ISDIR) == 0) {
        if ((mask & IN_CREATE) != 0 && fs::is_regular_file(fs::symlink_status(folder_ / path))) return;  // told again once it is written
        if (filter_.counts(path)) changed_(path);
        return;
    }
    if ((mask & IN_MOVED_FROM) != 0) forget_tree(path);
    if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) add_tree(path, Files::are_changes);
}

/// Watches a folder and all below it. Files that were there before the watch was are told of, unless they are known.
void FileWatch::add_tree(const std::string& top, Files files) {
    std::vector<std::string> work{top};
    while (!work.empty()) {
        const std::string folder = std::move(work.back());
        work.pop_back();
        if (!folder.empty() && filter_.ignores_folder(folder)) continue;
        const int watch = ::inotify_add_watch(inotify_.native_handle(), (folder_ / folder).c_str(), wanted | IN_DONT_FOLLOW);
        if (watch < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES)) {
            if (folder.empty()) fail(folder_, errno);
            continue;  // gone again, or nobody's business
        }
        if (watch < 0) fail(folder_ / folder, errno);
        folders_.insert_or_assign(watch, folder);
        std::error_code error;
        for (fs::directory_iterator entry(folder_ / folder, error), end; !error && entry != end; entry.increment(error)) {
            const std::string name = entry->path().filename().string();
            const std::string path = folder.empty() ? name : folder + '/' + name;
            std::error_code ignored;
            if (entry->symlink_status(ignored).type() == fs::file_type::directory) {
                work.push_back(path);
            } else if (files == Files::are_changes && filter_.counts(path)) {
                changed_(path);
            }
        }
    }
}

/// It went elsewhere, and its watches with it.
void FileWatch::forget_tree(const std::string& top) {
    for (auto folder = folders_.begin(); folder != folders_.end();) {
        const bool is_below = folder->second == top || folder->second.starts_with(top + '/');
        if (is_below) ::inotify_rm_watch(inotify_.native_handle(), folder->first);
        folder = is_below ? folders_.erase(folder) : std::next(folder);
    }
}

}  // namespace kahn::app
