#include "remote/parse.hpp"

#include "remote/json.hpp"

namespace kahn::remote {

namespace json = boost::json;

namespace {

std::optional<WorkflowRun> run_from(const json::object& object) {
    WorkflowRun run;
    const auto id = number_of(object, "id");
    if (!id || *id <= 0) return std::nullopt;
    run.id = *id;
    run.name = text_of(object, "name");
    run.display_title = text_of(object, "display_title");
    run.head_branch = text_of(object, "head_branch");
    run.head_sha = text_of(object, "head_sha");
    run.path = text_of(object, "path");
    run.event = text_of(object, "event");
    run.status = text_of(object, "status");
    run.conclusion = text_of(object, "conclusion");
    run.workflow_id = number_of(object, "workflow_id").value_or(0);
    run.run_number = number_of(object, "run_number").value_or(0);
    run.run_attempt = number_of(object, "run_attempt").value_or(1);
    run.html_url = text_of(object, "html_url");
    run.jobs_url = text_of(object, "jobs_url");
    run.created_at = text_of(object, "created_at");
    run.updated_at = text_of(object, "updated_at");
    run.run_started_at = text_of(object, "run_started_at");
    if (const auto* const actor = object_of(object, "actor")) run.actor = text_of(*actor, "login");
    if (run.display_title.empty()) {
        if (const auto* const commit = object_of(object, "head_commit")) {
            const std::string message = text_of(*commit, "message");
            run.display_title = message.substr(0, message.find('\n'));
        }
    }
    if (run.display_title.empty()) run.display_title = run.head_sha.substr(0, 8);
    return run;
}

WorkflowJob job_from(const json::object& object) {
    WorkflowJob job;
    job.id = number_of(object, "id").value_or(0);
    job.run_id = number_of(object, "run_id").value_or(0);
    job.run_attempt = number_of(object, "run_attempt").value_or(1);
    job.name = text_of(object, "name");
    job.status = text_of(object, "status");
    job.conclusion = text_of(object, "conclusion");
    job.started_at = text_of(object, "started_at");
    job.completed_at = text_of(object, "completed_at");
    job.html_url = text_of(object, "html_url");
    job.runner_name = text_of(object, "runner_name");
    if (const auto* const labels = object.if_contains("labels"); labels && labels->is_array()) {
        for (const auto& label : labels->get_array()) {
            if (const auto* const text = label.if_string()) job.labels.emplace_back(*text);
        }
    }
    const auto* const steps = object.if_contains("steps");
    if (!steps || !steps->is_array()) return job;
    for (const auto& element : steps->get_array()) {
        const auto* const fields = element.if_object();
        if (!fields) continue;
        WorkflowStep step;
        step.name = text_of(*fields, "name");
        step.number = number_of(*fields, "number").value_or(0);
        step.status = text_of(*fields, "status");
        step.conclusion = text_of(*fields, "conclusion");
        step.started_at = text_of(*fields, "started_at");
        step.completed_at = text_of(*fields, "completed_at");
        job.steps.push_back(std::move(step));
    }
    return job;
}

Artifact artifact_from(const json::object& object) {
    Artifact artifact;
    artifact.id = number_of(object, "id").value_or(0);
    artifact.name = text_of(object, "name");
    artifact.size_in_bytes = number_of(object, "size_in_bytes").value_or(0);
    artifact.expired = flag_of(object, "expired");
    artifact.digest = text_of(object, "digest");
    artifact.created_at = text_of(object, "created_at");
    artifact.expires_at = text_of(object, "expires_at");
    return artifact;
}

PendingDeployment deployment_from(const json::object& object) {
    PendingDeployment deployment;
    if (const auto* const environment = object_of(object, "environment")) {
        deployment.environment_id = number_of(*environment, "id").value_or(0);
        deployment.environment = text_of(*environment, "name");
    }
    deployment.current_user_can_approve = flag_of(object, "current_user_can_approve");
    const auto* const reviewers = object.if_contains("reviewers");
    if (!reviewers || !reviewers->is_array()) return deployment;
    for (const auto& element : reviewers->get_array()) {
        const auto* const fields = element.if_object();
        const auto* const reviewer = fields ? object_of(*fields, "reviewer") : nullptr;
        if (!reviewer) continue;
        const std::string login = text_of(*reviewer, "login");
        deployment.reviewers.push_back(login.empty() ? text_of(*reviewer, "name") : login);
    }
    return deployment;
}

/// The objects of the member `name`, each through `make`; nothing if there is no such list.
template <class T, class Make>
std::optional<std::vector<T>> list_from(const json::object& object, std::string_view name, Make make) {
    const auto* const value = object.if_contains(name);
    const auto* const list = value ? value->if_array() : nullptr;
    if (!list) return std::nullopt;
    std::vector<T> out;
    out.reserve(list->size());
    for (const auto& element : *list) {
        const auto* const fields = element.if_object();
        if (!fields) return std::nullopt;
        out.push_back(make(*fields));
    }
    return out;
}

template <class T, class Make>
std::optional<std::vector<T>> list_in(std::string_view body, std::string_view name, Make make) {
    const auto value = parse_json(body);
    const auto* const object = value ? value->if_object() : nullptr;
    return object ? list_from<T>(*object, name, make) : std::nullopt;
}

}  // namespace

std::string_view to_string(Correlation correlation) noexcept {
    switch (correlation) {
        case Correlation::returned: return "returned";
        case Correlation::matched: return "matched";
        case Correlation::ambiguous: return "ambiguous";
        case Correlation::unknown: return "unknown";
    }
    return "unknown";
}

std::optional<WorkflowRun> parse_run(std::string_view body) {
    const auto value = parse_json(body);
    const auto* const object = value ? value->if_object() : nullptr;
    return object ? run_from(*object) : std::nullopt;
}

std::optional<WorkflowRuns> parse_runs(std::string_view body) {
    const auto value = parse_json(body);
    const auto* const object = value ? value->if_object() : nullptr;
    const auto* const member = object ? object->if_contains("workflow_runs") : nullptr;
    const auto* const list = member ? member->if_array() : nullptr;
    if (!list) return std::nullopt;
    WorkflowRuns out;
    out.total_count = number_of(*object, "total_count").value_or(static_cast<std::int64_t>(list->size()));
    out.runs.reserve(list->size());
    for (const auto& element : *list) {
        const auto* const fields = element.if_object();
        auto run = fields ? run_from(*fields) : std::nullopt;
        if (!run) return std::nullopt;
        out.runs.push_back(std::move(*run));
    }
    return out;
}

std::optional<std::vector<WorkflowJob>> parse_jobs(std::string_view body) { return list_in<WorkflowJob>(body, "jobs", job_from); }

std::optional<std::vector<Artifact>> parse_artifacts(std::string_view body) {
    return list_in<Artifact>(body, "artifacts", artifact_from);
}

std::optional<std::vector<PendingDeployment>> parse_pending_deployments(std::string_view body) {
    const auto value = parse_json(body);
    const auto* const list = value ? value->if_array() : nullptr;
    if (!list) return std::nullopt;
    std::vector<PendingDeployment> out;
    for (const auto& element : *list) {
        if (const auto* const fields = element.if_object()) out.push_back(deployment_from(*fields));
    }
    return out;
}

std::optional<std::vector<ConcurrencyPlace>> parse_concurrency(std::string_view body, std::int64_t run_id) {
    const auto value = parse_json(body);
    const auto* const object = value ? value->if_object() : nullptr;
    const auto* const member = object ? object->if_contains("concurrency_groups") : nullptr;
    const auto* const groups = member ? member->if_array() : nullptr;
    if (!groups) return std::nullopt;
    std::vector<ConcurrencyPlace> places;
    for (const auto& element : *groups) {
        const auto* const group = element.if_object();
        const auto* const members = group ? group->if_contains("group_members") : nullptr;
        if (!members || !members->is_array()) continue;
        for (const auto& entry : members->get_array()) {
            const auto* const fields = entry.if_object();
            if (!fields || number_of(*fields, "run_id") != run_id) continue;
            ConcurrencyPlace place;
            place.group = text_of(*group, "group_name");
            place.position = number_of(*fields, "position").value_or(0);
            place.status = text_of(*fields, "status");
            places.push_back(std::move(place));
        }
    }
    return places;
}

std::optional<RateLimitReport> parse_rate_limit(std::string_view body) {
    const auto value = parse_json(body);
    const auto* const object = value ? value->if_object() : nullptr;
    const auto* const resources = object ? object_of(*object, "resources") : nullptr;
    const auto* const core = resources ? object_of(*resources, "core") : nullptr;
    if (!core) return std::nullopt;
    RateLimitReport report;
    report.limit = number_of(*core, "limit").value_or(0);
    report.used = number_of(*core, "used").value_or(0);
    report.remaining = number_of(*core, "remaining").value_or(0);
    report.reset = number_of(*core, "reset").value_or(0);
    return report;
}

std::optional<std::string> parse_default_branch(std::string_view body) {
    const auto value = parse_json(body);
    const auto* const object = value ? value->if_object() : nullptr;
    const std::string branch = object ? text_of(*object, "default_branch") : "";
    return branch.empty() ? std::nullopt : std::optional(branch);
}

std::optional<std::string> parse_installed_version(std::string_view body) {
    const auto value = parse_json(body);
    const auto* const object = value ? value->if_object() : nullptr;
    const std::string version = object ? text_of(*object, "installed_version") : "";
    return version.empty() ? std::nullopt : std::optional(version);
}

std::optional<std::vector<std::string>> parse_versions(std::string_view body) {
    const auto value = parse_json(body);
    const auto* const list = value ? value->if_array() : nullptr;
    if (!list) return std::nullopt;
    std::vector<std::string> versions;
    for (const auto& element : *list) {
        if (const auto* const text = element.if_string()) versions.emplace_back(*text);
    }
    return versions;
}

std::optional<Dispatched> parse_dispatched(std::string_view body) {
    const auto value = parse_json(body);
    const auto* const object = value ? value->if_object() : nullptr;
    if (!object) return std::nullopt;
    const auto id = number_of(*object, "workflow_run_id");
    if (!id || *id <= 0) return std::nullopt;
    Dispatched dispatched;
    dispatched.run_id = *id;
    dispatched.run_url = text_of(*object, "run_url");
    dispatched.html_url = text_of(*object, "html_url");
    return dispatched;
}

}  // namespace kahn::remote
