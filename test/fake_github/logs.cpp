#include "fake_github/logs.hpp"

#include "fake_github/archive.hpp"
#include "fake_github/dates.hpp"

namespace kahn::testing {

namespace {

std::string step_log(const World& world, const Run& run, const StepPlan& step) {
    if (!step.log.empty()) return step.log;
    auto date = iso_date(world.wall(run.started + run.held + step.starts));
    date.insert(date.size() - 1, ".0000000");
    return date + " ##[group]" + step.name + "\n" + date + " ##[endgroup]\n";
}

}  // namespace

std::string log_file_name(std::string_view job_name) {
    std::string name;
    std::size_t units = 0;
    for (std::size_t i = 0; i < job_name.size();) {
        const auto lead = static_cast<unsigned char>(job_name[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        const std::size_t units_here = length == 4 ? 2 : 1;
        const auto letter = job_name.substr(i, length);
        i += length;
        if (letter == "/" || letter == ":") continue;
        if (units + units_here > 90) break;
        units += units_here;
        name += letter;
    }
    const auto first = name.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return name.substr(first, name.find_last_not_of(" \t") - first + 1);
}

std::string job_log(const World& world, const Run& run, const JobPlan& job) {
    if (!job.log.empty()) return job.log;
    std::string text = "\xEF\xBB\xBF";
    for (const auto& step : job.steps) text += step_log(world, run, step);
    return text;
}

std::string log_archive(const World& world, const Run& run) {
    std::vector<ArchiveFile> files;
    for (std::size_t i = 0; i < run.plan.jobs.size(); ++i) {
        const auto& job = run.plan.jobs[i];
        files.emplace_back(std::to_string(i) + "_" + log_file_name(job.name) + ".txt", job_log(world, run, job));
    }
    for (const auto& job : run.plan.jobs) {
        int number = 0;
        for (const auto& step : job.steps) {
            ++number;
            auto name = log_file_name(job.name) + "/" + std::to_string(number) + "_" + log_file_name(step.name) + ".txt";
            files.emplace_back(std::move(name), step_log(world, run, step));
        }
    }
    return zip_archive(files);
}

}  // namespace kahn::testing
