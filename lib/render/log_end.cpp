#include "render/log_end.hpp"

#include "render/past_words.hpp"
#include "render/run_summary.hpp"

namespace kahn::render {

std::string log_end(const Pipeline& run, const RunNames& names, const FailedJobs& failures, const EndOptions& options) {
    std::string out;
    for (const FailedJobs::Entry& failure : failures) {
        out += failed_job_text(run, failure, options.base, options.palette);
    }
    if (options.lists_all) out += job_table(run, names, options);
    if (const std::string since = since_when_it_fails(run, options.past); !since.empty()) out += "kahn: " + since + '\n';
    return out + "kahn: " + run_line(run, names, options.palette, against_the_median(run, options.past)) + '\n';
}

}  // namespace kahn::render
