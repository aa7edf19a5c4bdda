#pragma once

#include "store/folder.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::store {

/// `.kahn/open/ID`: an empty file for each run that has begun and whose end the index does not know. Whoever asks about runs looks
/// here, so that none is missed, at whatever instant its engine was killed.
///
/// It is made while the run's lock is held: a run that is open and that nobody holds has lost its engine.
class OpenRuns {
public:
    explicit OpenRuns(const Folder& store) : store_(store) {}

    /// \throws Error (workspace_unusable, write_failed)
    void add(std::string_view id) const;
    void remove(std::string_view id) const;
    std::vector<std::string> all() const;
    static std::filesystem::path place_of(std::string_view id) { return std::filesystem::path("open") / id; }

    /// Whoever settles an open run holds this: two are not to write down the same end.
    class Settling {
    public:
        /// Waits for another one that settles it. Nothing: that one has.
        static std::optional<Settling> begin(const Folder& store, std::string_view id);

    private:
        explicit Settling(UniqueFd fd) : fd_(std::move(fd)) {}

        UniqueFd fd_;
    };

private:
    const Folder& store_;
};

}  // namespace kahn::store
