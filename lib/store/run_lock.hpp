#pragma once

#include "store/folder.hpp"

#include <optional>
#include <string>

namespace kahn::store {

/// Who works on a run: one engine at a time. The kernel releases it with the engine, however that ends.
class RunLock {
public:
    /// Nothing if another one holds it.
    static std::optional<RunLock> take(const Folder& run);

    /// Whether a living engine holds it. A run without a lock file was never begun by an engine.
    static bool is_held(const Folder& store, const std::string& run_id);

    /// At once, even while a child that was just cloned still has the descriptor.
    void release() noexcept;

private:
    explicit RunLock(UniqueFd fd) : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

}  // namespace kahn::store
