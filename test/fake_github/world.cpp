#include "fake_github/world.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>

namespace kahn::testing {

namespace {

std::string sha_of(std::int64_t id) {
    std::array<char, 41> text{};
    std::snprintf(text.data(), text.size(), "%040llx", static_cast<unsigned long long>(id) * 0x9E3779B97F4A7C15ULL);
    return text.data();
}

Repository demo_repository() {
    Repository repository(1'296'269, "acme", "rocket");
    repository.refs = {"main", "v1.0"};
    Workflow ci(159'038, ".github/workflows/ci.yml", "CI");
    InputSpec level;
    level.choices = {"info", "debug"};
    InputSpec anything;
    ci.inputs = {{"level", level}, {"note", anything}};
    repository.workflows.push_back(std::move(ci));
    return repository;
}

}  // namespace

World::World() {
    tokens.emplace_back("test-token", "octocat", 583'231);
    add(demo_repository());
}

Repository& World::repository(const std::string& owner, const std::string& name) {
    for (auto& repository : repositories) {
        if (repository.owner == owner && repository.name == name) return repository;
    }
    throw std::out_of_range("there is no repository " + owner + "/" + name);
}

Repository& World::add(Repository repository) {
    if (repository.id == 0) repository.id = 1'300'000 + static_cast<std::int64_t>(repositories.size());
    repositories.push_back(std::move(repository));
    return repositories.back();
}

void World::number(RunPlan& plan) {
    for (auto& job : plan.jobs) {
        if (job.id == 0) job.id = ++next_id;
    }
    for (auto& artifact : plan.artifacts) {
        if (artifact.id == 0) artifact.id = ++next_id;
    }
}

Run& World::start_run(Repository& repository, const Workflow& workflow, const RunPlan& plan, std::string branch, std::string actor,
                      Milliseconds now) {
    Run run;
    run.id = next_id++;
    run.workflow_id = workflow.id;
    run.number = 1;
    for (const auto& [id, other] : repository.runs) {
        if (other.workflow_id == workflow.id && other.number >= run.number) run.number = other.number + 1;
    }
    run.name = workflow.name;
    run.display_title = workflow.name;
    run.event = "push";
    run.branch = std::move(branch);
    run.sha = sha_of(run.id);
    run.actor = std::move(actor);
    run.plan = plan;
    number(run.plan);
    run.created = now;
    run.started = now;
    const auto id = run.id;
    return repository.runs[id] = std::move(run);
}

Run& World::run(std::int64_t id) {
    for (auto& repository : repositories) {
        const auto place = repository.runs.find(id);
        if (place != repository.runs.end()) return place->second;
    }
    throw std::out_of_range("there is no run " + std::to_string(id));
}

void World::become_ghes(std::string version) {
    int minor = 0;
    if (std::sscanf(version.c_str(), "3.%d", &minor) != 1) throw std::invalid_argument("a version as 3.19.2: " + version);
    strict_keys = minor < 21;
    api_versions = {"2022-11-28"};
    sends_digests = false;
    ghes_version = std::move(version);
}

}  // namespace kahn::testing
