#pragma once

#include "process/guard_client.hpp"
#include "process/tree.hpp"

namespace kahn::process {

/// The last rung: each command has a session of its own and is found by it. A process that makes another session is lost.
class SessionContainers final : public Containers {
public:
    explicit SessionContainers(std::shared_ptr<GuardClient> guard) : guard_(std::move(guard)) {}

    Containment containment() const noexcept override { return Containment::session; }
    std::shared_ptr<Tree> make_tree(std::string& why_not) override;
    std::string warning() override;

private:
    std::shared_ptr<GuardClient> guard_;
};

}  // namespace kahn::process
