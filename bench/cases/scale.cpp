// Whether a job costs the same however many there are. Each size is compared with the smallest, a job for a job.

#include "cases/cases.hpp"
#include "cases/inputs.hpp"
#include "cases/peers.hpp"

namespace kahn::bench {

std::vector<Comparison> scale_cases(const Settings& settings) {
    std::vector<Comparison> all;
    const std::vector<int> sizes = settings.is_quick ? std::vector<int>{100, 1000} : std::vector<int>{100, 1000, 10'000};
    for (const int jobs : sizes) {
        Comparison out;
        out.name = "scale/" + std::to_string(jobs) + " jobs, 16 at once";
        out.items = jobs;
        out.contestants = runners(settings, "scale-" + std::to_string(jobs), equal_tasks(jobs, settings.noop), 16);
        all.push_back(std::move(out));
    }
    return all;
}

}  // namespace kahn::bench
