#include "store/workspace.hpp"

#include <kahn/base/error.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "store/event_lines.hpp"
#include "store/record_json.hpp"
#include "store/run_lock.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <unordered_map>
#include <utility>

namespace kahn::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* record_name = "run.json";
constexpr const char* events_name = "events.ndjson";

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
      folder_(Folder::make(absolute_directory(workspace) / ".kahn")),
      history_(folder_),
      index_(folder_, logger_, [this](Index& index) { fill(index); }) {
    folder_.make_directory("runs");
}

// Records ------------------------------------------------------------------------------------------------------------

RunRecord Workspace::load(const std::string& id) const {
    const fs::path directory = folder_.path() / run_path(id);
    const auto text = folder_.read(run_path(id) / record_name);
    if (!text) throw Error(Errc::unknown_run, "run " + id + " has no record: " + (directory / record_name).string() + " is not there");
    try {
        RunRecord record = record_from_json(*text, directory);
        if (is_end(record.pipeline.status)) return record;
        // Asked before the events are read: what ends in between is told as it was.
        const bool is_live = RunLock::is_held(folder_, id);
        const auto events = folder_.read(run_path(id) / events_name);
        if (events) fold_events(record, *events, directory);
        record.is_interrupted = !is_end(record.pipeline.status) && !is_live;
        return record;
    } catch (const Error& failure) {
        throw Error(Errc::workspace_unusable, "cannot read " + (directory / record_name).string() + ": " + failure.what());
    }
}

void Workspace::note_progress(const RunRecord& record) noexcept {
    try {
        const HistoryEntry entry = summarise(record);
        index_.change([&](Index& index) { index.put(entry); });
    } catch (const std::exception& failure) {
        logger_.warning("run " + record.pipeline.run_id + " is not in the index yet: " + failure.what());
    }
}

bool Workspace::note_end(const RunRecord& record, bool is_whole) noexcept {
    try {
        const HistoryEntry entry = summarise(record);
        const auto line = add_to_history(entry);
        const bool is_noted = line && put_end(entry, is_whole, *line);
        prune_quietly();
        return is_noted;
    } catch (const std::exception& failure) {
        logger_.warning("run " + record.pipeline.run_id + ": " + failure.what());
        return false;
    }
}

void Workspace::note_begin_soon(HistoryEntry entry) {
    keeper_.post([this, entry = std::move(entry)] {
        try {
            index_.change([&](Index& index) {
                index.shorten_log();
                index.put_if_new(entry);
            });
        } catch (const std::exception& failure) {
            logger_.warning("run " + entry.summary.id + " is not in the index yet: " + failure.what());
        }
    });
}

std::optional<HistoryFile::Range> Workspace::add_to_history(const HistoryEntry& entry) noexcept {
    try {
        return history_.append(entry);
    } catch (const std::exception& failure) {
        logger_.warning("run " + entry.summary.id + " is not in the history: " + failure.what());
        return std::nullopt;
    }
}

void Workspace::note_end_soon(std::shared_ptr<const HistoryEntry> entry, std::future<std::optional<HistoryFile::Range>> line) {
    // A task can be copied, a future cannot.
    keeper_.post([this, entry = std::move(entry), line = std::make_shared<decltype(line)>(std::move(line))] {
        std::optional<HistoryFile::Range> its;
        try {
            its = line->get();
        } catch (const std::future_error&) {
            // The record could not be written.
        }
        // Waited for first: meanwhile nobody else could write to the index.
        if (its) put_end(*entry, true, *its);
        prune_quietly();
    });
}

bool Workspace::put_end(const HistoryEntry& entry, bool is_whole, const HistoryFile::Range& line) noexcept {
    const std::string& id = entry.summary.id;
    try {
        const Index::End end{line.begin, line.end, bytes_of(id), is_whole};
        index_.change([&](Index& index) { index.put_end(entry, end); });
        open_runs().remove(id);
        return true;
    } catch (const std::exception& failure) {
        logger_.warning("run " + id + " is not in the index yet: " + failure.what());
        return false;
    }
}

// What happened without the index -------------------------------------------------------------------------------------

/// Finds the runs that others have begun or ended, and those whose engine is gone.
void Workspace::settle() {
    const std::lock_guard lock(settling_);
    catch_up();
    std::set<std::string> open;
    for (std::string& id : open_runs().all()) open.insert(std::move(id));
    for (std::string& id : index_.ask([](Index& index) { return index.unsettled(); })) open.insert(std::move(id));
    for (const std::string& id : open) settle(id);
}

void Workspace::settle(const std::string& id) {
    try {
        if (RunLock::is_held(folder_, id)) {
            if (index_.ask([&](Index& index) { return index.has(id); })) return;
            const HistoryEntry entry = summarise(load(id));
            return index_.add([&](Index& index) { index.put_if_new(entry); });
        }
        if (folder_.write_obstacle() != 0) {
            const HistoryEntry entry = summarise(load(id));
            return index_.add([&](Index& index) { index.put(entry); });
        }
        const bool is_open = folder_.has(OpenRuns::place_of(id));
        const auto turn = OpenRuns::Settling::begin(folder_, id);
        if (is_open && !turn) return;  // another process just did
        folder_.remove_leftovers(run_path(id));
        folder_.remove_leftovers(run_path(id) / "reports");
        const bool has_begun = folder_.has(run_path(id) / record_name);
        catch_up();  // it may have ended since
        if (!has_begun || index_.ask([&](Index& index) { return index.is_settled(id); })) return open_runs().remove(id);
        const RunRecord record = load(id);
        if (!record.is_interrupted && !is_end(record.pipeline.status)) return;
        if (note_end(record, false)) return;
        const HistoryEntry entry = summarise(record);
        index_.add([&](Index& index) { index.put(entry); });
    } catch (const Error& failure) {
        logger_.warning(failure.what());
        // Its engine is gone and nothing will ever tell more of it: it is not to be said again each time somebody asks.
        index_.add([&](Index& index) { index.set_interrupted(id); });
        open_runs().remove(id);
    }
}

/// Takes over what others, or a killed process, have ended without telling the index.
void Workspace::catch_up() {
    const auto size = history_.size();
    if (!size) return;
    std::uint64_t known = index_.ask([](Index& index) { return index.history_known(); });
    if (*size == known) return;
    if (*size < known) known = 0;  // somebody has shortened it: none of it is known for sure
    const auto lines = history_.read_from(known);
    index_.add([&](Index& index) {
        for (const HistoryEntry& line : lines.entries) {
            try {
                index.put(summarise(load(line.summary.id)));
                index.set_bytes(line.summary.id, bytes_of(line.summary.id));  // retention counts them
            } catch (const Error&) {
                index.put(line);
            }
        }
        index.set_history_known(lines.end);
    });
}

Store::Reindexed Workspace::fill(Index& index) const {
    Store::Reindexed done;
    auto history = history_.read_from(0);
    std::unordered_map<std::string, HistoryEntry> lines;  // the last one of a run counts
    for (HistoryEntry& entry : history.entries) {
        std::string id = entry.summary.id;
        lines.insert_or_assign(std::move(id), std::move(entry));
    }
    for (const std::string& id : folder_.directories("runs")) {
        if (!folder_.has(run_path(id) / record_name)) continue;  // killed before it began
        try {
            const RunRecord record = load(id);
            HistoryEntry entry = summarise(record);
            // One whose engine is gone is settled when somebody asks: then it has its line in the history.
            if (!lines.contains(id)) entry.summary.is_interrupted = false;
            index.put(entry);
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
    index.set_history_known(history.end);
    return done;
}

Store::Reindexed Workspace::reindex() {
    keeper_.wait();
    Store::Reindexed done;
    index_.make_anew([&](Index& index) { done = fill(index); });
    return done;
}

// Retention ----------------------------------------------------------------------------------------------------------

std::uint64_t Workspace::bytes_of(const std::string& id) const { return folder_.bytes_below(run_path(id)); }

void Workspace::prune_quietly() noexcept {
    try {
        catch_up();  // what others have ended counts as well
        prune();
    } catch (const std::exception& failure) {
        logger_.warning(std::string("logs and artifacts beyond the retention stay: ") + failure.what());
    }
}

/// Writes it into the record. One that cannot be read stays as it is, with its events.
void Workspace::keep_what_events_say(const std::string& id) const {
    if (!folder_.has(run_path(id) / events_name)) return;
    try {
        const RunRecord record = load(id);
        folder_.write_atomically(run_path(id) / record_name, to_json(record, folder_.path() / run_path(id)));
        folder_.remove_file(run_path(id) / events_name);
    } catch (const Error& failure) {
        if (failure.code() == Errc::write_failed) throw;
        logger_.warning(failure.what());
    }
}

void Workspace::trim(const Index::Kept& run) const {
    const fs::path directory = run_path(run.id);
    if (run.is_whole) {
        folder_.remove_file(directory / events_name);
    } else {
        keep_what_events_say(run.id);
    }
    for (const char* part : {"logs", "artifacts", "reports", "outputs"}) folder_.remove_tree(directory / part);
    folder_.remove_leftovers(directory);
}

std::size_t Workspace::prune() {
    const Retention& keep = options_.retention;
    constexpr std::chrono::hours longest_age{24 * 365 * 50};  // beyond that the clock has no times
    const auto oldest = std::chrono::system_clock::now() - std::min(keep.age, longest_age);
    const auto all = index_.ask([](Index& index) { return index.kept(); });
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
            trim(run);
        } catch (const Error& failure) {
            logger_.warning(failure.what());  // the disk is full, or the like: it is tried again
            continue;
        }
        index_.change([&](Index& index) { index.set_trimmed(run.id); });
        ++trimmed;
    }
    return trimmed;
}

}  // namespace kahn::store
