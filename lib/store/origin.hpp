#pragma once

#include <kahn/model/run_record.hpp>

namespace kahn::store {

/// Fills in what `origin` does not say yet: digest, commit, branch, user, host, directory, version, pid.
RunOrigin complete_origin(RunOrigin origin, const Pipeline& definition);

}  // namespace kahn::store
