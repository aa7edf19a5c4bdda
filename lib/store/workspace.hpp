#pragma once

#include <kahn/base/error.hpp>
#include <kahn/base/log.hpp>
#include <kahn/store/store.hpp>

#include "store/folder.hpp"
#include "store/index.hpp"
#include "store/keeper.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

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

    static std::filesystem::path run_path(std::string_view id) { return std::filesystem::path("runs") / id; }

    /// What is recorded of a run, folded from its events if it has not ended.
    /// \throws Error (unknown_run, workspace_unusable)
    RunRecord load(const std::string& id) const;

    /// A run has begun. What the index cannot take is said and made up for later: it is only an index.
    void note_begin(const RunRecord& record) noexcept;
    /// A run has ended, or was found to be interrupted: a line for the history, and the index.
    void note_end(const RunRecord& record) noexcept;

    /// Finds the runs whose engine is gone.
    void settle();

    /// Asks the index; if it is broken, makes it anew and asks once more.
    template <class Question>
    auto ask(Question question) const -> decltype(question(std::declval<Index&>())) {
        const std::lock_guard lock(mutex_);
        for (bool is_second = false;; is_second = true) {
            try {
                open_index();
                return question(*index_);
            } catch (const IndexUnusable& failure) {
                if (is_second) throw Error(Errc::workspace_unusable, "the index of the runs (kahn.db): " + std::string(failure.what()));
                make_index(failure.what());
            }
        }
    }

    Store::Reindexed reindex();
    std::size_t prune();

private:
    void open_index() const;
    void make_index(const std::string& why) const;
    Store::Reindexed fill(Index& index) const;
    void catch_up() const;
    std::pair<std::uint64_t, std::uint64_t> append_history(const HistoryEntry& entry) const;
    std::uint64_t bytes_of(const std::string& id) const;
    void trim(const std::string& id) const;

    StoreOptions options_;
    Logger logger_;
    Folder folder_;
    mutable std::mutex mutex_;  // of the index
    mutable std::unique_ptr<Index> index_;
    mutable ino_t index_inode_ = 0;
    Keeper keeper_;
};

/// \throws Error (invalid_argument) for what cannot be a directory's name
void require_run_id(std::string_view id);

}  // namespace kahn::store
