#pragma once

#include <kahn/model/event.hpp>
#include <kahn/model/run_record.hpp>

#include "store/folder.hpp"
#include "store/journal.hpp"
#include "store/keeper.hpp"
#include "store/run_lock.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace kahn::store {

/// A run that is being recorded: its directory, its lock, its journal. Events come on the run's strand, chores on the keeper's
/// thread.
class LiveRun final : public Chore {
public:
    /// Takes the run and writes down how it begins. It is an open run then.
    /// \param about where it comes from: all of its record but the pipeline
    /// \throws Error (workspace_unusable, write_failed): it cannot be recorded, or another engine has it
    LiveRun(const Folder& store, const Pipeline& run, RunRecord about, std::function<void(std::string)> cancel);

    /// How sure it is to be that an event is not lost.
    enum class Keep {
        with_next,  ///< written together with the next one that is kept better
        written,    ///< no death of this process can take it
        on_disk,    ///< nor the machine's
    };
    /// \return the errno of a journal that has just failed, else 0
    int add(const Event& event, Keep keep);
    /// Has the disk take how it began: nobody needs to wait for that. \return errno, 0 for success
    int sync_beginning() const { return folder_.sync("run.json"); }
    /// The whole of it, as it ended, on the disk. \throws Error (write_failed)
    void finish(const Pipeline& run, std::vector<std::string> critical_path);
    /// Nobody works on it any more, although the keeper's thread may still be at its chores.
    void release() noexcept { lock_.release(); }

    const RunRecord& about() const noexcept { return about_; }
    const Folder& folder() const noexcept { return folder_; }

    void do_now() noexcept override;

private:
    void hear_cancel();

    Folder folder_;
    RunLock lock_;
    std::string id_;
    RunRecord about_;
    Journal journal_;
    std::function<void(std::string)> cancel_;
    std::uint64_t seen_writes_ = 0;  // by the keeper's thread
    int gathered_ = 0;               // the same
};

}  // namespace kahn::store
