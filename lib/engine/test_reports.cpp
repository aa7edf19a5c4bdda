#include "engine/test_reports.hpp"

#include "base/text.hpp"
#include "engine/junit_reader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <iterator>
#include <utility>
#include <variant>

namespace kahn {
namespace {

constexpr off_t most_bytes = 16 * 1024 * 1024;
constexpr std::size_t most_files = 1000;
constexpr std::size_t most_warnings = 10;
constexpr std::chrono::seconds clock_slack{2};  // file systems keep time coarsely, some in steps of two seconds

SystemTime time_of(const timespec& time) {
    const auto since_epoch = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    return SystemTime(std::chrono::duration_cast<SystemTime::duration>(since_epoch));
}

/// All of a file, or errno. A file that grows meanwhile is read as far as it was long.
std::variant<std::string, int> read_all(int fd, off_t size) {
    std::string text(static_cast<std::size_t>(size), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t got = ::read(fd, text.data() + done, text.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    text.resize(done);
    return text;
}

void merge(std::vector<std::string>& into, const std::vector<std::string>& names) {
    into.insert(into.end(), names.begin(), names.end());
    std::sort(into.begin(), into.end());
    into.erase(std::unique(into.begin(), into.end()), into.end());
}

}  // namespace

TestReportReading::TestReportReading(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                                     std::optional<SystemTime> began)
    : began_(began) {
    try {
        search_.emplace(working_directory, globs);
    } catch (const std::exception& failure) {
        out_.warnings.push_back(std::string("test reports could not be read: ") + failure.what());
    }
}

bool TestReportReading::step() noexcept {
    if (!search_) return false;
    try {
        auto& found = search_->found();
        if (is_searching_) {
            is_searching_ = search_->step();
            if (is_searching_) return true;
            files_ = found.files.size() + found.links.size() + found.foreign.size();
            if (files_ == 0) {
                for (const std::string& glob : found.unmatched) out_.warnings.push_back("no file matches test report '" + printable(glob) + "'");
            }
            while (found.files.size() > most_files) found.files.erase(std::prev(found.files.end()));
            for (const auto& refused : {found.links, found.foreign}) {
                for (const auto& file : refused) warn(file, "is a link");
            }
        }
        if (!found.files.empty()) {
            const auto file = found.files.extract(found.files.begin());
            add(file.value(), search_->open(file.value()));
        }
        if (!found.files.empty()) return true;
    } catch (const std::exception& failure) {
        out_.warnings.push_back(std::string("test reports could not be read: ") + failure.what());
    }
    search_.reset();
    return false;
}

void TestReportReading::add(const std::filesystem::path& file, const UniqueFd& fd) {
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return warn(file, std::string("cannot be read: ") + std::strerror(errno));
    if (!S_ISREG(status.st_mode)) return warn(file, "is no regular file any more");
    if (is_another_users_link(status)) return warn(file, "is a link");
    if (began_ && time_of(status.st_mtim) + clock_slack < *began_) return warn(file, "is older than this job");
    if (status.st_size > most_bytes) return warn(file, "is larger than 16 MiB");
    auto text = read_all(fd.get(), status.st_size);
    if (const int* const error = std::get_if<int>(&text)) return warn(file, std::strerror(*error));
    const auto read = read_junit(std::move(std::get<std::string>(text)));
    if (const auto* const why = std::get_if<std::string>(&read)) return warn(file, *why);
    add(std::get<TestCounts>(read));
}

void TestReportReading::add(const TestCounts& counts) {
    if (!out_.counts) out_.counts.emplace();
    out_.counts->total += counts.total;
    out_.counts->failed += counts.failed;
    out_.counts->skipped += counts.skipped;
    merge(out_.counts->failed_names, counts.failed_names);
    merge(out_.counts->flaky_names, counts.flaky_names);
}

void TestReportReading::warn(const std::filesystem::path& file, const std::string& why) {
    if (++warnings_ <= most_warnings) out_.warnings.push_back("test report " + printable(file.native()) + " " + why + ": not used");
}

TestReports TestReportReading::take() {
    if (files_ > most_files) out_.warnings.push_back("only 1,000 of " + std::to_string(files_) + " test reports were read");
    if (warnings_ > most_warnings) out_.warnings.push_back("and " + std::to_string(warnings_ - most_warnings) + " more test reports were not used");
    return std::move(out_);
}

TestReports read_test_reports(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                              const std::optional<SystemTime>& began) {
    TestReportReading reading(working_directory, globs, began);
    while (reading.step()) {
    }
    return reading.take();
}

}  // namespace kahn
