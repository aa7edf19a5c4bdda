#pragma once

#include <kahn/model/pipeline.hpp>

#include "base/unique_fd.hpp"
#include "engine/file_search.hpp"

#include <cstddef>
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

/// Reads the JUnit files below a directory that match one of the globs, as ArtifactCollection would find them: at most 1,000 files
/// of at most 16 MiB, one in each step. A file that nobody has written since the job began is left over from another run, and
/// ignored. Whatever is wrong is a warning.
class TestReportReading {
public:
    TestReportReading(const std::filesystem::path& working_directory, std::span<const std::string> globs, std::optional<SystemTime> began);

    /// False: there are no more.
    bool step() noexcept;
    /// What the files that were read come to. May be asked before all were.
    TestReports take();

private:
    void add(const std::filesystem::path& file, const UniqueFd& fd);
    void add(const TestCounts& counts);
    void warn(const std::filesystem::path& file, const std::string& why);

    std::optional<FileSearch> search_;  // nothing: there is nothing more to do
    bool is_searching_ = true;
    std::optional<SystemTime> began_;
    TestReports out_;
    std::size_t files_ = 0;
    std::size_t warnings_ = 0;
};

/// All of it at once.
TestReports read_test_reports(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                              const std::optional<SystemTime>& began);

}  // namespace kahn
