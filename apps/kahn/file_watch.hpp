#pragma once

#include "watch_filter.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace kahn::app {

/// Hears of changes of files below a folder, folders that appear later included (inotify).
class FileWatch {
public:
    /// \param changed called with the path below the folder; empty: so much changed that the kernel lost count
    /// \throws Error if this machine lets nobody watch
    FileWatch(boost::asio::io_context& context, std::filesystem::path folder, const WatchFilter& filter, std::function<void(const std::string&)> changed);

    /// One file anywhere, also if it is replaced. \param name what to call it when it changes
    void add_file(const std::filesystem::path& file, std::string name);

    void close() { inotify_.close(); }

    /// The filter has changed its mind: what it does not ignore any more is watched, too.
    void look_again() { add_tree({}, Files::known); }

    /// What has been heard already, without waiting.
    void read_now();

    std::size_t folder_count() const noexcept { return folders_.size(); }

private:
    enum class Files { known, are_changes };

    void wait();
    void add_tree(const std::string& top, Files files);
    void handle(int watch, unsigned mask, const std::string& name);
    void forget_tree(const std::string& top);

    std::filesystem::path folder_;
    const WatchFilter& filter_;
    std::function<void(const std::string&)> changed_;
    boost::asio::posix::stream_descriptor inotify_;
    std::map<int, std::string> folders_;                       // by watch: below the folder, empty for itself
    std::multimap<int, std::pair<std::string, std::string>> files_;  // by watch: file name, what it is called
};

}  // namespace kahn::app
