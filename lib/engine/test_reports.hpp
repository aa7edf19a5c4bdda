#pragma once

#include <kahn/model/pipeline.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kahn {

/// What a job's test reports come to.
struct TestReports {
    std::optional<TestCounts> counts;   ///< of all files that could be read; nothing if there was none
    std::vector<std::string> warnings;  ///< a file that could not be used, and why
};

/// Reads the JUnit files below `working_directory` that match one of the globs, as collect_artifacts() would find them: at most
/// 1,000 files of at most 16 MiB. A file that nobody has written since the job began is left over from another run, and ignored.
/// Whatever is wrong is a warning.
TestReports read_test_reports(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                              const std::optional<SystemTime>& began);

}  // namespace kahn
