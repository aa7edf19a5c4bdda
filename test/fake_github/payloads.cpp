#include "fake_github/payloads.hpp"

#include "fake_github/dates.hpp"
#include "fake_github/digest.hpp"
#include "fake_github/run_state.hpp"

#include <algorithm>

namespace kahn::testing {

namespace json = boost::json;

namespace {

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

json::object short_repository(const Repository& repository, const std::string& api, const std::string& html) {
    json::object object;
    object["id"] = repository.id;
    object["node_id"] = "R_" + std::to_string(repository.id);
    object["name"] = repository.name;
    object["full_name"] = repository.owner + "/" + repository.name;
    object["private"] = repository.is_private;
    object["owner"] = {{"login", repository.owner}, {"id", 1}, {"type", "Organization"}};
    object["html_url"] = html;
    object["description"] = nullptr;
    object["fork"] = false;
    object["url"] = api;
    return object;
}

}  // namespace

json::object Payloads::user(const std::string& login) const {
    std::int64_t id = 1;
    for (const auto& token : world_.tokens) {
        if (token.login == login) id = token.user_id;
    }
    json::object object;
    object["login"] = login;
    object["id"] = id;
    object["node_id"] = "U_" + std::to_string(id);
    const std::string url = urls_.api + "/users/" + login;
    object["url"] = url;
    object["html_url"] = urls_.html + "/" + login;
    object["avatar_url"] = urls_.html + "/avatars/" + std::to_string(id);
    object["gravatar_id"] = "";
    for (const auto* const name : {"followers", "organizations", "repos", "received_events", "subscriptions"}) {
        object[std::string(name) + "_url"] = url + "/" + name;
    }
    object["following_url"] = url + "/following{/other_user}";
    object["gists_url"] = url + "/gists{/gist_id}";
    object["starred_url"] = url + "/starred{/owner}{/repo}";
    object["events_url"] = url + "/events{/privacy}";
    object["type"] = "User";
    object["site_admin"] = false;
    return object;
}

json::object Payloads::repository(const Repository& repository) const {
    auto object = short_repository(repository, api_of(repository), html_of(repository));
    object["default_branch"] = repository.default_branch;
    object["visibility"] = repository.is_private ? "private" : "public";
    object["archived"] = false;
    object["disabled"] = false;
    object["has_issues"] = true;
    object["created_at"] = iso_date(world_.wall(Milliseconds(0)) - std::chrono::hours{24 * 365});
    object["updated_at"] = iso_date(world_.wall(Milliseconds(0)));
    object["pushed_at"] = iso_date(world_.wall(Milliseconds(0)));
    object["permissions"] = {{"admin", false}, {"push", true}, {"pull", true}};
    return object;
}

json::object Payloads::workflow(const Repository& repository, const Workflow& workflow) const {
    json::object object;
    object["id"] = workflow.id;
    object["node_id"] = "W_" + std::to_string(workflow.id);
    object["name"] = workflow.name;
    object["path"] = workflow.path;
    object["state"] = workflow.state;
    const auto date = pacific_date(world_.wall(Milliseconds(0)) - std::chrono::hours{24 * 30});
    object["created_at"] = date;
    object["updated_at"] = date;
    object["url"] = api_of(repository) + "/actions/workflows/" + std::to_string(workflow.id);
    object["html_url"] = html_of(repository) + "/blob/" + repository.default_branch + "/" + workflow.path;
    object["badge_url"] = html_of(repository) + "/workflows/" + workflow.name + "/badge.svg";
    return object;
}

json::object Payloads::run(const Repository& repository, const Run& run, bool has_pull_requests) const {
    const auto state = run_state(run, now_);
    const auto api = api_of(repository);
    const auto url = api + "/actions/runs/" + std::to_string(run.id);
    const auto html = html_of(repository);
    std::string path;
    for (const auto& workflow : repository.workflows) {
        if (workflow.id == run.workflow_id) path = workflow.path + "@" + run.branch;
    }
    const auto suite = run.id + 1'000'000'000;
    json::object object;
    object["id"] = run.id;
    object["name"] = text_or_null(run.name);
    object["node_id"] = "WFR_" + std::to_string(run.id);
    object["head_branch"] = text_or_null(run.branch);
    object["head_sha"] = run.sha;
    object["path"] = path;
    object["display_title"] = run.display_title;
    object["run_number"] = run.number;
    object["event"] = run.event;
    object["status"] = text_or_null(state.status);
    object["conclusion"] = text_or_null(state.conclusion);
    object["workflow_id"] = run.workflow_id;
    object["check_suite_id"] = suite;
    object["check_suite_node_id"] = "CS_" + std::to_string(suite);
    object["url"] = url;
    object["html_url"] = html + "/actions/runs/" + std::to_string(run.id);
    json::array pulls;
    if (has_pull_requests && run.event == "pull_request") pulls.push_back({{"id", run.id}, {"number", run.number}});
    object["pull_requests"] = std::move(pulls);
    object["created_at"] = iso_date(world_.wall(run.created));
    object["updated_at"] = iso_date(world_.wall(std::max(state.since, run.started)));
    object["actor"] = user(run.actor);
    object["run_attempt"] = run.attempt;
    object["referenced_workflows"] = json::array();
    object["run_started_at"] = iso_date(world_.wall(run.started));
    object["triggering_actor"] = user(run.actor);
    object["jobs_url"] = url + "/jobs";
    object["logs_url"] = url + "/logs";
    object["check_suite_url"] = api + "/check-suites/" + std::to_string(suite);
    object["artifacts_url"] = url + "/artifacts";
    object["cancel_url"] = url + "/cancel";
    object["rerun_url"] = url + "/rerun";
    object["previous_attempt_url"] =
        run.attempt > 1 ? json::value(url + "/attempts/" + std::to_string(run.attempt - 1)) : json::value(nullptr);
    object["workflow_url"] = api + "/actions/workflows/" + std::to_string(run.workflow_id);
    object["head_commit"] = nullptr;
    object["repository"] = short_repository(repository, api, html);
    object["head_repository"] = short_repository(repository, api, html);
    return object;
}

json::object Payloads::job(const Repository& repository, const Run& run, const JobPlan& job) const {
    const auto state = job_state(run, job, now_);
    const auto date = [this](const std::optional<Milliseconds>& time) {
        return time ? json::value(iso_date(world_.wall(*time))) : json::value(nullptr);
    };
    const auto step_date = [this](const std::optional<Milliseconds>& time) {
        return time ? json::value(pacific_date(world_.wall(*time))) : json::value(nullptr);
    };
    const bool has_runner = state.started.has_value();
    json::object object;
    object["id"] = job.id;
    object["run_id"] = run.id;
    object["workflow_name"] = text_or_null(run.name);
    object["head_branch"] = text_or_null(run.branch);
    object["run_url"] = api_of(repository) + "/actions/runs/" + std::to_string(run.id);
    object["run_attempt"] = run.attempt;
    object["node_id"] = "CR_" + std::to_string(job.id);
    object["head_sha"] = run.sha;
    object["url"] = api_of(repository) + "/actions/jobs/" + std::to_string(job.id);
    object["html_url"] = html_of(repository) + "/actions/runs/" + std::to_string(run.id) + "/job/" + std::to_string(job.id);
    object["status"] = state.status;
    object["conclusion"] = text_or_null(state.conclusion);
    object["created_at"] = iso_date(world_.wall(run.started));
    object["started_at"] = date(state.started ? state.started : std::optional<Milliseconds>(run.started));
    object["completed_at"] = date(state.completed);
    object["name"] = job.name;
    json::array steps;
    int number = 0;
    for (const auto& step : job.steps) {
        const auto of_step = step_state(run, job, step, now_);
        json::object entry;
        entry["name"] = step.name;
        entry["status"] = of_step.status;
        entry["conclusion"] = text_or_null(of_step.conclusion);
        entry["number"] = ++number;
        entry["started_at"] = step_date(of_step.started);
        entry["completed_at"] = step_date(of_step.completed);
        steps.push_back(std::move(entry));
    }
    object["steps"] = std::move(steps);
    object["check_run_url"] = api_of(repository) + "/check-runs/" + std::to_string(job.id);
    json::array labels;
    for (const auto& label : job.labels) labels.emplace_back(label);
    object["labels"] = std::move(labels);
    object["runner_id"] = has_runner ? json::value(1) : json::value(nullptr);
    object["runner_name"] = has_runner ? json::value(job.runner_name) : json::value(nullptr);
    object["runner_group_id"] = has_runner ? json::value(2) : json::value(nullptr);
    object["runner_group_name"] = has_runner ? json::value("GitHub Actions") : json::value(nullptr);
    return object;
}

json::object Payloads::artifact(const Repository& repository, const Run& run, const ArtifactPlan& artifact) const {
    const auto url = api_of(repository) + "/actions/artifacts/" + std::to_string(artifact.id);
    const auto created = world_.wall(run.started + artifact.appears);
    json::object object;
    object["id"] = artifact.id;
    object["node_id"] = "A_" + std::to_string(artifact.id);
    object["name"] = artifact.name;
    object["size_in_bytes"] = artifact.bytes.size();
    object["url"] = url;
    object["archive_download_url"] = url + "/zip";
    object["expired"] = artifact.is_expired;
    if (world_.sends_digests) {
        const auto digest = artifact.digest ? *artifact.digest : "sha256:" + sha256(artifact.bytes);
        object["digest"] = text_or_null(digest);
    }
    object["created_at"] = iso_date(created);
    object["updated_at"] = iso_date(created);
    object["expires_at"] = iso_date(created + std::chrono::hours{24 * 90});
    object["workflow_run"] = {{"id", run.id},
                              {"repository_id", repository.id},
                              {"head_repository_id", repository.id},
                              {"head_branch", text_or_null(run.branch)},
                              {"head_sha", run.sha}};
    return object;
}

json::array Payloads::pending_deployments(const Run& run) const {
    json::array list;
    if (!is_waiting_for_approval(run, now_)) return list;
    for (const auto& pending : run.plan.pending_deployments) {
        json::array reviewers;
        for (const auto& login : pending.reviewers) {
            json::object reviewer;
            reviewer["type"] = "User";
            reviewer["reviewer"] = user(login);
            reviewers.push_back(std::move(reviewer));
        }
        json::object environment;
        environment["id"] = pending.environment_id;
        environment["name"] = pending.environment;
        json::object entry;
        entry["environment"] = std::move(environment);
        entry["wait_timer"] = 0;
        entry["wait_timer_started_at"] = nullptr;
        entry["current_user_can_approve"] = true;
        entry["reviewers"] = std::move(reviewers);
        list.push_back(std::move(entry));
    }
    return list;
}

json::object Payloads::concurrency_groups(const Repository& repository, const Run& run) const {
    json::array groups;
    if (!run.plan.concurrency_group.empty()) {
        json::array members;
        for (const auto& [id, other] : repository.runs) {
            const auto state = run_state(other, now_);
            if (other.plan.concurrency_group != run.plan.concurrency_group || state.is_completed()) continue;
            members.push_back({{"run_id", id}, {"position", other.plan.concurrency_position}, {"status", text_or_null(state.status)}});
        }
        json::object group;
        group["group_name"] = run.plan.concurrency_group;
        group["group_members"] = std::move(members);
        groups.push_back(std::move(group));
    }
    json::object object;
    object["total_count"] = groups.size();
    object["concurrency_groups"] = std::move(groups);
    return object;
}

json::object Payloads::dispatch_details(const Repository& repository, const Run& run) const {
    json::object object;
    object["workflow_run_id"] = run.id;
    object["run_url"] = api_of(repository) + "/actions/runs/" + std::to_string(run.id);
    object["html_url"] = html_of(repository) + "/actions/runs/" + std::to_string(run.id);
    return object;
}

}  // namespace kahn::testing
