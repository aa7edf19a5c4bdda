#pragma once

#include <kahn/base/log.hpp>
#include <kahn/store/store.hpp>

#include "store/folder.hpp"
#include "store/history_file.hpp"
#include "store/index_access.hpp"
#include "store/keeper.hpp"
#include "store/open_runs.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace kahn::store {

/// `.kahn`: the run directories, the history and the index, and what keeps the three in step. Safe from any thread.
class Workspace {
public:
    /// \throws Error (workspace_unusable)
    Workspace(const std::filesystem::path& workspace, StoreOptions options);

    const Folder& folder() const noexcept { return folder_; }
    const Logger& logger() const noexcept { return logger_; }
    const StoreOptions& options() const noexcept { return options_; }
    Keeper& keeper() noexcept { return keeper_; }
    OpenRuns open_runs() const { return OpenRuns(folder_); }

    static std::filesystem::path run_path(std::string_view id) { return std::filesystem::path("runs") / id; }

    /// What is recorded of a run, folded from its events if it has not ended.
    /// \throws Error (unknown_run, workspace_unusable)
    RunRecord load(const std::string& id) const;

    /// A run has begun, or has come on. What the index cannot take is said and made up for later: it is only an index.
    void note_progress(const RunRecord& record) noexcept;
    /// A run has ended, or was found to be interrupted: a line for the history, the index, retention. Then it is no open run any
    /// more. \param is_whole its `run.json` says all of it
    /// \return false: something could not be written, which is said, and it stays one
    bool note_end(const RunRecord& record, bool is_whole) noexcept;

    // The same in pieces, so that a run's strand has little to do.

    /// Tells the index by and by.
    void note_begin_soon(HistoryEntry entry);
    /// \return where it lies; nothing if that failed, which is said
    std::optional<HistoryFile::Range> add_to_history(const HistoryEntry& entry) noexcept;
    /// Tells the index, once `run.json` has been written elsewhere, whole.
    /// \param line of the history, when all of that is done; nothing, or none ever: it is not, and the run stays an open one
    void note_end_soon(std::shared_ptr<const HistoryEntry> entry, std::future<std::optional<HistoryFile::Range>> line);

    /// Asks the index, once it knows all that has happened up to now.
    template <class Question>
    auto ask(Question question) -> decltype(question(std::declval<Index&>())) {
        keeper_.wait();
        settle();
        return index_.ask(std::move(question));
    }
    /// Asks it as it is.
    IndexAccess& index() noexcept { return index_; }

    Store::Reindexed reindex();
    std::size_t prune();

private:
    Store::Reindexed fill(Index& index) const;
    void settle();
    void settle(const std::string& id);
    void catch_up();
    bool put_end(const HistoryEntry& entry, bool is_whole, const HistoryFile::Range& line) noexcept;
    void prune_quietly() noexcept;
    std::uint64_t bytes_of(const std::string& id) const;
    void keep_what_events_say(const std::string& id) const;
    void trim(const Index::Kept& run) const;

    StoreOptions options_;
    Logger logger_;
    Folder folder_;
    HistoryFile history_;
    IndexAccess index_;
    std::mutex settling_;
    Keeper keeper_;  // last: what it still has to do needs all the others
};

/// \throws Error (invalid_argument) for what cannot be a directory's name
void require_run_id(std::string_view id);

}  // namespace kahn::store
