#include "store/workspace.hpp"

#include <kahn/base/error.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "store/event_lines.hpp"
#include "store/record_json.hpp"
#include "store/run_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <unordered_map>
#include <utility>

namespace kahn::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* history_name = "history.ndjson";
constexpr const char* index_name = "kahn.db";

/// Blocks until it has it.
class FileLock {
public:
    explicit FileLock(const UniqueFd& fd) : fd_(fd.get()) {
        while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~FileLock() { ::flock(fd_, LOCK_UN); }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int fd_;
};

}  // namespace

void require_run_id(std::string_view id) {
    constexpr std::size_t longest = 128;
    const bool is_good = !id.empty() && id.size() <= longest && id.front() != '.' &&
                         std::all_of(id.begin(), id.end(), [](char c) {
                             return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                                    c == '_' || c == '.';
                         });
    if (!is_good) throw Error(Errc::invalid_argument, "'" + printable(id) + "' cannot be a run id");
}

Workspace::Workspace(const fs::path& workspace, StoreOptions options)
    : options_(std::move(options)),
      logger_(options_.log_sink, options_.log_level),
      folder_(Folder::make(absolute_directory(workspace) / ".kahn")) {
    folder_.make_directory("runs");
    try {
        ask([](Index&) {});
    } catch (const Error& failure) {
        logger_.warning(failure.what());  // runs are recorded all the same; who asks about them hears it again
    }
}

// Records ------------------------------------------------------------------------------------------------------------

RunRecord Workspace::load(const std::string& id) const {
    const fs::path directory = folder_.path() / run_path(id);
    const auto text = folder_.read(run_path(id) / "run.json");
    if (!text) throw Error(Errc::unknown_run, "run " + id + " has no record: " + (directory / "run.json").string() + " is not there");
    try {
        RunRecord record = record_from_json(*text, directory);
        if (is_end(record.pipeline.status)) return record;
        // Asked before the events are read: what ends in between is told as it was.
        const bool is_live = RunLock::is_held(folder_, id);
        const auto events = folder_.read(run_path(id) / "events.ndjson");
        if (events) fold_events(record, *events, directory);
        record.is_interrupted = !is_end(record.pipeline.status) && !is_live;
        return record;
    } catch (const Error& failure) {
        throw Error(Errc::workspace_unusable, "cannot read " + (directory / "run.json").string() + ": " + failure.what());
    }
}

void Workspace::note_begin(const RunRecord& record) noexcept {
    try {
        const HistoryEntry entry = summarise(record);
        ask([&](Index& index) { index.put(entry); });
    } catch (const std::exception& failure) {
        logger_.warning("run " + record.pipeline.run_id + " is not in the index yet: " + failure.what());
    }
}

void Workspace::note_end(const RunRecord& record) noexcept {
    try {
        const HistoryEntry entry = summarise(record);
        std::pair<std::uint64_t, std::uint64_t> line{0, 0};
        try {
            line = append_history(entry);
        } catch (const Error& failure) {
            logger_.warning("run " + record.pipeline.run_id + " is not in the history: " + failure.what());
        }
        ask([&](Index& index) {
            index.put(entry, line.first, line.second);
            index.set_bytes(entry.summary.id, bytes_of(entry.summary.id));
        });
        prune();
    } catch (const std::exception& failure) {
        logger_.warning("run " + record.pipeline.run_id + " is not in the index yet: " + failure.what());
    }
}

/// Where the line lies in the file.
std::pair<std::uint64_t, std::uint64_t> Workspace::append_history(const HistoryEntry& entry) const {
    const UniqueFd fd = folder_.open(history_name, O_RDWR | O_CREAT | O_APPEND);
    const FileLock lock(fd);
    const auto failed = [this](int error) {
        throw Error(Errc::write_failed, "cannot write '" + (folder_.path() / history_name).string() + "': " + std::generic_category().message(error));
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

void Workspace::settle() {
    const auto open = ask([](Index& index) { return index.unsettled(); });
    for (const std::string& id : open) {
        if (RunLock::is_held(folder_, id)) continue;
        try {
            const RunRecord record = load(id);
            if (record.is_interrupted || is_end(record.pipeline.status)) note_end(record);
        } catch (const Error& failure) {
            logger_.warning(failure.what());
            // Its engine is gone and nothing will ever tell more of it: it is not to be said again each time somebody asks.
            ask([&](Index& index) { index.set_interrupted(id); });
        }
    }
}

// Index --------------------------------------------------------------------------------------------------------------

void Workspace::open_index() const {
    // Another process may have made it anew: what is open then is a file without a name.
    struct stat named {};
    const bool is_named = ::fstatat(folder_.fd(), index_name, &named, AT_SYMLINK_NOFOLLOW) == 0;
    if (index_ && is_named && named.st_ino == index_inode_) return;
    index_.reset();
    index_inode_ = named.st_ino;
    // Made by hand for its mode; SQLite gives its other files the same. Empty is as good as missing.
    const UniqueFd there = folder_.try_open(index_name, O_RDONLY);
    if (!there && errno != ENOENT) {
        throw Error(Errc::workspace_unusable, "cannot open '" + (folder_.path() / index_name).string() + "': " + std::generic_category().message(errno));
    }
    if (!there) throw IndexUnusable("it is not there");
    index_ = std::make_unique<Index>(folder_.path() / index_name);
    catch_up();
}

void Workspace::make_index(const std::string& why) const {
    index_.reset();
    // One process makes it; the others wait, and find it made.
    const UniqueFd guard = folder_.open("index.lock", O_RDWR | O_CREAT);
    const FileLock lock(guard);
    try {
        index_ = std::make_unique<Index>(folder_.path() / index_name);
        index_->history_known();
        index_.reset();
        return;
    } catch (const IndexUnusable&) {
        index_.reset();
    }
    if (folder_.has(index_name)) logger_.warning("the index of the runs is made anew: " + why);
    for (const char* suffix : {"", "-wal", "-shm"}) folder_.remove_file(std::string(index_name) + suffix);
    { const UniqueFd made = folder_.open(index_name, O_RDWR | O_CREAT); }
    Index::make(folder_.path() / index_name, [this](Index& index) { fill(index); });
}

Store::Reindexed Workspace::fill(Index& index) const {
    Store::Reindexed done;
    const auto history = folder_.read(history_name).value_or(std::string());
    std::unordered_map<std::string, HistoryEntry> lines;  // the last one of a run counts
    std::string_view rest = history;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        if (end == std::string_view::npos) break;
        if (auto entry = from_line(rest.substr(0, end))) lines.insert_or_assign(entry->summary.id, std::move(*entry));
        rest.remove_prefix(end + 1);
    }
    for (const std::string& id : folder_.directories("runs")) {
        if (!folder_.has(run_path(id) / "run.json")) continue;  // killed before it began
        try {
            const RunRecord record = load(id);
            index.put(summarise(record));
            index.set_bytes(id, bytes_of(id));
            if (!folder_.has(run_path(id) / "logs") && is_end(record.pipeline.status)) index.set_trimmed(id);
            ++done.runs;
            lines.erase(id);
        } catch (const Error& failure) {
            done.unreadable.push_back(failure.what());
        }
    }
    for (const auto& [id, entry] : lines) {
        index.put(entry);
        index.set_trimmed(id);
        ++done.runs;
    }
    index.set_history_known(history.size() - rest.size());
    return done;
}

/// Takes over what others, or a killed process, have ended without telling the index.
void Workspace::catch_up() const {
    const UniqueFd fd = folder_.try_open(history_name, O_RDONLY);
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return;
    std::uint64_t known = index_->history_known();
    if (static_cast<std::uint64_t>(status.st_size) == known) return;
    if (static_cast<std::uint64_t>(status.st_size) < known) known = 0;  // somebody has shortened it: none of it is known for sure
    const auto history = folder_.read(history_name).value_or(std::string());
    std::string_view rest = std::string_view(history).substr(std::min<std::size_t>(known, history.size()));
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        if (end == std::string_view::npos) break;
        if (const auto entry = from_line(rest.substr(0, end))) {
            try {
                index_->put(summarise(load(entry->summary.id)));
                index_->set_bytes(entry->summary.id, bytes_of(entry->summary.id));  // retention counts them
            } catch (const Error&) {
                index_->put(*entry);
            }
        }
        rest.remove_prefix(end + 1);
    }
    index_->set_history_known(history.size() - rest.size());
}

Store::Reindexed Workspace::reindex() {
    const std::lock_guard lock(mutex_);
    index_.reset();
    const UniqueFd guard = folder_.open("index.lock", O_RDWR | O_CREAT);
    const FileLock file_lock(guard);
    for (const char* suffix : {"", "-wal", "-shm"}) folder_.remove_file(std::string(index_name) + suffix);
    { const UniqueFd made = folder_.open(index_name, O_RDWR | O_CREAT); }
    Store::Reindexed done;
    try {
        Index::make(folder_.path() / index_name, [&](Index& index) { done = fill(index); });
    } catch (const IndexUnusable& failure) {
        throw Error(Errc::workspace_unusable, "the index of the runs (kahn.db): " + std::string(failure.what()));
    }
    return done;
}

// Retention ----------------------------------------------------------------------------------------------------------

std::uint64_t Workspace::bytes_of(const std::string& id) const { return folder_.bytes_below(run_path(id)); }

void Workspace::trim(const std::string& id) const {
    // What only the events say is written down first: they go as well. A record that cannot be read stays as it is, with them.
    try {
        const RunRecord record = load(id);
        if (folder_.has(run_path(id) / "events.ndjson")) {
            folder_.write_atomically(run_path(id) / "run.json", to_json(record, folder_.path() / run_path(id)));
            folder_.remove_file(run_path(id) / "events.ndjson");
        }
    } catch (const Error& failure) {
        if (failure.code() == Errc::write_failed) throw;
        logger_.warning(failure.what());
    }
    for (const char* part : {"logs", "artifacts", "reports", "outputs"}) folder_.remove_tree(run_path(id) / part);
}

std::size_t Workspace::prune() {
    const Retention& keep = options_.retention;
    constexpr std::chrono::hours longest_age{24 * 365 * 50};  // beyond that the clock has no times
    const auto oldest = std::chrono::system_clock::now() - std::min(keep.age, longest_age);
    const auto all = ask([](Index& index) { return index.kept(); });
    std::size_t runs = 0;
    std::uint64_t bytes = 0;
    std::size_t trimmed = 0;
    for (const auto& run : all) {
        ++runs;
        bytes += run.bytes;
        const bool stays = runs <= keep.runs && (bytes <= keep.bytes || runs == 1) && (!run.start_time || *run.start_time >= oldest);
        if (stays || RunLock::is_held(folder_, run.id)) continue;
        bytes -= run.bytes;
        try {
            trim(run.id);
        } catch (const Error& failure) {
            logger_.warning(failure.what());  // the disk is full, or the like: it is tried again
            continue;
        }
        ask([&](Index& index) { index.set_trimmed(run.id); });
        ++trimmed;
    }
    return trimmed;
}

}  // namespace kahn::store
