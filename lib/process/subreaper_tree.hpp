#pragma once

#include "process/tree.hpp"

#include <filesystem>

namespace kahn::process {

/// The middle rung: each command has a shim (kahn-guard) above it that adopts every orphan below, and kills them all when it
/// is told to or the engine is gone.
class SubreaperContainers final : public Containers {
public:
    explicit SubreaperContainers(std::filesystem::path guard) : guard_(std::move(guard)) {}

    Containment containment() const noexcept override { return Containment::subreaper; }
    std::shared_ptr<Tree> make_tree(std::string& why_not) override;

private:
    const std::filesystem::path guard_;
};

}  // namespace kahn::process
