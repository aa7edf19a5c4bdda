#pragma once

#include <kahn/remote/types.hpp>

#include <kahn/model/status.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace kahn::remote {

/// What GitHub's two words come to (REMOTE section 3).
struct RunState {
    RunState() = default;

    PipelineStatus status = PipelineStatus::pending;
    std::string reason;       ///< why it waits, or how it ended beside the obvious; may be empty
    bool is_terminal = false;  ///< nothing follows for this attempt
    bool lacks_conclusion = false;  ///< completed, and the conclusion is still to come
};
static_assert(!std::is_aggregate_v<RunState>);

/// \param waits_for_approval  `action_required` is something to wait for
RunState map_state(std::string_view status, std::string_view conclusion, bool waits_for_approval = false);

}  // namespace kahn::remote
