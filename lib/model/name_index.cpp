#include "model/name_index.hpp"

#include <utility>

namespace kahn {

NameIndex::NameIndex(const std::vector<PipelineStage>& stages) : stages_(stages), job_of_(stages.size()) {
    stage_of_.reserve(stages.size());
    for (std::size_t i = 0; i < stages_.size(); ++i) {
        stage_of_.try_emplace(stages_[i].name, i);
        for (std::size_t j = 0; j < stages_[i].jobs.size(); ++j) job_of_[i].try_emplace(stages_[i].jobs[j].name, j);
    }
}

std::optional<std::size_t> NameIndex::stage(std::string_view name) const {
    const auto found = stage_of_.find(name);
    if (found == stage_of_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::size_t> NameIndex::job(std::size_t stage, std::string_view name) const {
    const auto found = job_of_[stage].find(name);
    if (found == job_of_[stage].end()) return std::nullopt;
    return found->second;
}

std::vector<JobReference> NameIndex::dependency(std::size_t from, std::string_view reference) const {
    if (const auto own = job(from, reference)) return {JobReference{from, *own}};
    return qualified(reference);
}

std::vector<JobReference> NameIndex::qualified(std::string_view reference) const {
    std::vector<JobReference> found;
    for (auto dot = reference.find('.'); dot != std::string_view::npos; dot = reference.find('.', dot + 1)) {
        const auto in_stage = stage(reference.substr(0, dot));
        if (!in_stage) continue;
        if (const auto there = job(*in_stage, reference.substr(dot + 1))) found.push_back({*in_stage, *there});
    }
    return found;
}

std::vector<std::vector<JobReference>> NameIndex::meanings(std::string_view reference) const {
    std::vector<std::vector<JobReference>> found;
    for (std::size_t s = 0; s < stages_.size(); ++s) {
        if (const auto there = job(s, reference)) found.push_back({{s, *there}});
    }
    if (!found.empty()) return found;
    for (const JobReference& there : qualified(reference)) found.push_back({there});
    if (!found.empty()) return found;
    const auto add = [&found](std::vector<JobReference> jobs) {
        if (!jobs.empty()) found.push_back(std::move(jobs));
    };
    for (std::size_t s = 0; s < stages_.size(); ++s) add(variants(s, reference));
    for (auto dot = reference.find('.'); dot != std::string_view::npos; dot = reference.find('.', dot + 1)) {
        if (const auto in_stage = stage(reference.substr(0, dot))) add(variants(*in_stage, reference.substr(dot + 1)));
    }
    return found;
}

std::vector<JobReference> NameIndex::variants(std::size_t stage, std::string_view plain_name) const {
    std::vector<JobReference> found;
    const std::vector<PipelineJob>& jobs = stages_[stage].jobs;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
        const std::string_view name = jobs[j].name;
        const bool is_variant = name.starts_with(plain_name) && name.substr(plain_name.size()).starts_with(" (") && name.ends_with(')');
        if (is_variant) found.push_back({stage, j});
    }
    return found;
}

}  // namespace kahn
