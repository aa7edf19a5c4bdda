#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <string>
#include <variant>

namespace kahn {

/// What one JUnit XML file says. A test that failed and passed within it (under one name, or as Maven Surefire's `flakyFailure`
/// and `flakyError`) is flaky and did not fail. Names are `class.name`, cut at 512 bytes; at most 1,000 failed and as many flaky
/// ones are kept, counts are of all.
///
/// The file is hostile until shown otherwise: pugixml expands no entities of its own and reads no document type; what has
/// more than 500,000 tags is refused, so that memory stays below 64 MiB.
/// \param xml is used as working memory
/// \return the counts, or why there are none
std::variant<TestCounts, std::string> read_junit(std::string xml);

}  // namespace kahn
