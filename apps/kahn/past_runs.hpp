#pragma once

#include <kahn/render/past_runs.hpp>

#include <functional>
#include <memory>

namespace kahn::store {
class Store;
}

namespace kahn::app {

/// What a store has of a pipeline's runs, for a view. A store that cannot be had or read tells nothing, and that is all.
/// \param store asked when the run begins; may throw
render::FindPastRuns past_runs_in(std::function<std::shared_ptr<store::Store>()> store);

}  // namespace kahn::app
