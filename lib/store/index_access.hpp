#pragma once

#include <kahn/base/error.hpp>
#include <kahn/base/log.hpp>

#include "store/folder.hpp"
#include "store/index.hpp"

#include <sys/types.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace kahn::store {

/// The index as it can be had: opened when it is first needed, made anew if it is missing or broken. In a workspace that cannot be
/// written it is read as it is; what it lacks is added to a copy in memory. Safe from any thread.
class IndexAccess {
public:
    /// \param fill tells an empty index all that is recorded
    IndexAccess(const Folder& folder, const Logger& logger, std::function<void(Index&)> fill)
        : folder_(folder), logger_(logger), fill_(std::move(fill)) {}

    /// \throws Error (workspace_unusable), as the others
    template <class Question>
    auto ask(Question question) -> decltype(question(std::declval<Index&>())) {
        const std::lock_guard lock(mutex_);
        return with_index([&] { return question(*index_); });
    }

    /// Changes it for everybody. \throws Error also where it cannot be written
    template <class Change>
    void change(Change change) {
        const std::lock_guard lock(mutex_);
        if (index_ && !is_shared()) close();  // what was in the way may be gone
        with_index([&] {
            if (!is_shared()) throw Error(Errc::workspace_unusable, obstacle_);
            change(*index_);
        });
    }

    /// Adds what is found to be missing: for everybody, or where that cannot be written, for those who ask here.
    template <class Change>
    void add(Change change) {
        const std::lock_guard lock(mutex_);
        with_index([&] {
            if (is_shared()) {
                try {
                    return change(*index_);
                } catch (const Error& failure) {
                    say_it_is_read_only(failure.what());
                }
            }
            if (!index_->may_be_changed()) index_ = index_->copy_in_memory();
            is_private_ = true;
            change(*index_);
        });
    }

    /// \param fill in place of the usual one
    void make_anew(const std::function<void(Index&)>& fill);

private:
    template <class Work>
    auto with_index(Work work) -> decltype(work()) {
        for (bool is_second = false;; is_second = true) {
            try {
                open();
                return work();
            } catch (const IndexUnusable& failure) {
                if (is_second) throw Error(Errc::workspace_unusable, "the index of the runs (kahn.db): " + std::string(failure.what()));
                make(failure.what());
            }
        }
    }
    bool is_shared() const { return index_->may_be_changed() && !is_private_; }
    void open();
    void close();
    void make(const std::string& why);
    void make_file(const std::string& why);
    void say_it_is_read_only(const std::string& why);

    const Folder& folder_;
    const Logger& logger_;
    std::function<void(Index&)> fill_;
    std::mutex mutex_;
    std::unique_ptr<Index> index_;
    ino_t inode_ = 0;
    bool is_private_ = false;  // it has what the file has not
    std::string obstacle_;     // to writing the file
    bool has_said_ = false;
};

}  // namespace kahn::store
