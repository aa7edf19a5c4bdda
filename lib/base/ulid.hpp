#pragma once

#include <kahn/base/time.hpp>

#include <string>

namespace kahn {

/// A new ULID (https://github.com/ulid/spec): 26 characters that sort by time. Random by getrandom(2); within one
/// process two of the same millisecond still sort in the order they were made. Safe from any thread.
std::string new_ulid(SystemTime now);

}  // namespace kahn
