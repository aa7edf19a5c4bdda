#pragma once

#include <kahn/model/event.hpp>

#include <string>

namespace kahn::render {

/// One event as one line of JSON, line end included: the public stream, version 1.
///
/// Every line has `v seq ts type run`. Times are UTC with nanoseconds; output that is not UTF-8 goes out as `data_b64` in
/// place of `text`. A key whose value is unknown or does not apply is null. Readers ignore types and keys they do not know.
std::string to_ndjson(const Event& event);

/// The same, appended to `out`.
void append_ndjson(std::string& out, const Event& event);

}  // namespace kahn::render
