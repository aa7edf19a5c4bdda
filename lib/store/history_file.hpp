#pragma once

#include "store/folder.hpp"
#include "store/summary.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace kahn::store {

/// `history.ndjson`: one line for each run that has ended, appended by whoever ended it.
class HistoryFile {
public:
    explicit HistoryFile(const Folder& store) : store_(store) {}

    /// Where something lies in the file.
    struct Range {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };
    /// \throws Error (write_failed, workspace_unusable)
    Range append(const HistoryEntry& entry) const;

    /// Nothing if there is none.
    std::optional<std::uint64_t> size() const;

    struct Lines {
        std::vector<HistoryEntry> entries;  ///< in their order; lines that are none of ours are left out
        std::uint64_t end = 0;              ///< of the last whole line
    };
    Lines read_from(std::uint64_t begin) const;

private:
    const Folder& store_;
};

}  // namespace kahn::store
