#include "monitor/log_tails.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace kahn::monitor {
namespace {

constexpr off_t tail_bytes = 4096;  // as many as a finished job keeps

/// Nothing for a file that is none or cannot be read: retention may have taken it.
std::string tail_of(const std::filesystem::path& log) {
    const UniqueFd file(::open(log.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    std::string tail(static_cast<std::size_t>(std::min(status.st_size, tail_bytes)), '\0');
    const ssize_t got = ::pread(file.get(), tail.data(), tail.size(), status.st_size - static_cast<off_t>(tail.size()));
    tail.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    if (status.st_size > tail_bytes) tail.erase(0, std::min(tail.find('\n') + 1, tail.size()));  // from a whole line on
    return tail;
}

}  // namespace

void fill_log_tails(RunRecord& record) {
    for (PipelineStage& stage : record.pipeline.stages) {
        for (PipelineJob& job : stage.jobs) {
            const bool is_wanted = job.status != PipelineStatus::success && !job.attempts.empty() && job.output.empty() && job.error.empty();
            if (is_wanted && !job.attempts.back().log.empty()) job.output = tail_of(job.attempts.back().log);
        }
    }
}

}  // namespace kahn::monitor
