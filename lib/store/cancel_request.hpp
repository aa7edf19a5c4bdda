#pragma once

#include "store/folder.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kahn::store {

/// Leaves a request in a run's directory that its engine is to find. \param who for the record
void leave_cancel_request(const Folder& run, std::string_view run_id, std::string_view who);

/// Takes a request that was left, if it is one: by this user or root, for this run. \return who asks
std::optional<std::string> take_cancel_request(const Folder& run, std::string_view run_id);

}  // namespace kahn::store
