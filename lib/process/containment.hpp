#pragma once

#include "process/launcher.hpp"
#include "process/tree.hpp"

#include <kahn/base/log.hpp>
#include <kahn/process/options.hpp>

#include <memory>

namespace kahn::process {

/// Climbs down the ladder from the strongest containment that is allowed to the first that this machine can do, and tells in
/// `report` why not a stronger one. \throws Error (containment_unavailable) if that is weaker than what is required.
std::unique_ptr<Containers> find_containment(const ProcessOptions& options, const std::shared_ptr<Launcher>& launcher,
                                             const Logger& logger, ContainmentReport& report);

}  // namespace kahn::process
