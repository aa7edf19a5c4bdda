#include "fake_github/dispatch.hpp"
#include "fake_github/logs.hpp"
#include "fake_github/payloads.hpp"
#include "fake_github/problems.hpp"
#include "fake_github/run_actions.hpp"
#include "fake_github/run_list.hpp"
#include "fake_github/run_state.hpp"
#include "fake_github/service.hpp"

#include <algorithm>
#include <charconv>

namespace kahn::testing {

namespace json = boost::json;

namespace {

std::optional<std::int64_t> id_of(const std::string& segment) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), id);
    if (error != std::errc() || end != segment.data() + segment.size() || id <= 0) return std::nullopt;
    return id;
}

bool may_see(const Call& call, const Repository& repository) {
    if (!repository.is_private) return true;
    if (!call.token) return false;
    const auto& allowed = call.token->private_repositories;
    return !allowed || allowed->contains(repository.owner + "/" + repository.name);
}

/// Nothing: it may. Whoever is not known may only read.
std::optional<Response> refuse_writing(const Call& call) {
    if (!call.token) return problem(401, "Requires authentication");
    if (!call.token->may_write_actions) return forbidden(call.token->is_integration, "actions=write");
    return std::nullopt;
}

/// A workflow by its number or by the name of its file.
Workflow* find_workflow(Repository& repository, const std::string& name) {
    for (auto& workflow : repository.workflows) {
        const auto slash = workflow.path.rfind('/');
        const auto file = slash == std::string::npos ? workflow.path : workflow.path.substr(slash + 1);
        if (std::to_string(workflow.id) == name || file == name || workflow.path == name) return &workflow;
    }
    return nullptr;
}

const Run* find_attempt(const Run& run, std::int64_t number) {
    if (number == run.attempt) return &run;
    for (const auto& attempt : run.previous_attempts) {
        if (attempt.attempt == number) return &attempt;
    }
    return nullptr;
}

}  // namespace

Response Service::route(Call& call) {
    const auto& segments = call.target.segments;
    const std::size_t first = urls_.prefix.empty() ? 0 : 2;
    const auto is = [&segments, first](std::size_t index, std::string_view text) {
        return segments.size() > first + index && segments[first + index] == text;
    };
    const auto rest = segments.size() - first;
    const bool is_get = call.request.method == "GET";
    if (rest == 1 && is_get && is(0, "rate_limit")) return rate_limit(call);
    if (rest == 1 && is_get && is(0, "versions")) {
        json::array versions;
        for (const auto& version : world_.api_versions) versions.emplace_back(version);
        return json_response(200, versions);
    }
    if (rest == 1 && is_get && is(0, "meta")) {
        json::object meta;
        meta["verifiable_password_authentication"] = false;
        if (!world_.ghes_version.empty()) meta["installed_version"] = world_.ghes_version;
        return json_response(200, meta);
    }
    if (rest == 1 && is_get && is(0, "user")) {
        if (!call.token) return problem(401, "Requires authentication");
        return json_response(200, json::object{{"login", call.token->login}, {"id", call.token->user_id}, {"type", "User"}});
    }
    if (rest >= 2 && is(0, "repositories")) {
        const auto id = id_of(segments[first + 1]);
        for (auto& repository : world_.repositories) {
            if (id && repository.id == *id && may_see(call, repository)) return in_repository(call, repository, first + 2);
        }
        return not_found();
    }
    if (rest >= 3 && is(0, "repos")) {
        const auto& owner = segments[first + 1];
        const auto& name = segments[first + 2];
        for (auto& repository : world_.repositories) {
            if (!may_see(call, repository)) continue;
            // Names of owners and repositories compare without case.
            if (same_name(repository.owner, owner) && same_name(repository.name, name)) return in_repository(call, repository, first + 3);
            if (!repository.former_names.contains(owner + "/" + name)) continue;
            std::string url = urls_.api + "/repositories/" + std::to_string(repository.id);
            for (auto i = first + 3; i < segments.size(); ++i) url += "/" + percent_encode(segments[i]);
            if (const auto mark = call.request.target.find('?'); mark != std::string::npos) url += call.request.target.substr(mark);
            json::object body;
            body["message"] = is_get ? "Moved Permanently" : "Temporary Redirect";
            body["url"] = url;
            body["documentation_url"] = "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects";
            auto response = json_response(is_get ? 301 : 307, body);
            response.set("Location", url);
            return response;
        }
    }
    return not_found();
}

Response Service::rate_limit(const Call& call) {
    if (world_.limits.are_off) return problem(404, "Rate limiting is not enabled.");
    const auto limit = call.token ? world_.limits.limit : world_.limits.anonymous_limit;
    const auto& quota = world_.quotas[call.token ? call.token->text : std::string()];
    json::object core;
    core["limit"] = limit;
    core["used"] = quota.used;
    core["remaining"] = std::max<std::int64_t>(0, limit - quota.used);
    core["reset"] = std::chrono::ceil<std::chrono::seconds>(world_.wall(quota.resets).time_since_epoch()).count();
    json::object resources;
    resources["core"] = core;
    json::object body;
    body["resources"] = std::move(resources);
    if (call.api_version < "2026-03-10") body["rate"] = std::move(core);
    return json_response(200, body);
}

Response Service::in_repository(Call& call, Repository& repository, std::size_t first) {
    const auto& segments = call.target.segments;
    if (segments.size() == first) {
        if (call.request.method != "GET") return not_found();
        return json_response(200, Payloads(world_, urls_, call.now).repository(repository));
    }
    if (segments.size() == first + 3 && segments[first] == "check-runs" && segments[first + 2] == "annotations") {
        return json_response(200, json::array());
    }
    if (segments[first] != "actions") return not_found();
    if (call.token && !call.token->may_read_actions) return forbidden(call.token->is_integration, "actions=read");
    return in_actions(call, repository, first + 1);
}

Response Service::in_actions(Call& call, Repository& repository, std::size_t first) {
    const auto& segments = call.target.segments;
    if (segments.size() <= first) return not_found();
    const auto& kind = segments[first];
    const bool is_list = segments.size() == first + 1;
    const bool is_get = call.request.method == "GET";
    if (kind == "runs") return is_list && is_get ? list_runs(call, repository, std::nullopt) : in_run(call, repository, first + 1);
    if (kind == "jobs") return in_job(call, repository, first + 1);
    if (kind == "artifacts") return in_artifact(call, repository, first + 1);
    if (kind != "workflows") return not_found();
    if (!is_list) return in_workflow(call, repository, first + 1);
    if (!is_get) return not_found();
    const Page page(call, repository, repository.workflows.size());
    const Payloads payloads(world_, urls_, call.now);
    json::array list;
    for (auto i = page.begin; i < page.end; ++i) list.push_back(payloads.workflow(repository, repository.workflows[i]));
    json::object body;
    body["total_count"] = repository.workflows.size();
    body["workflows"] = std::move(list);
    auto response = json_response(200, body);
    response.set("Link", page.link);
    return response;
}

Response Service::in_workflow(Call& call, Repository& repository, std::size_t first) {
    const auto& segments = call.target.segments;
    const auto rest = segments.size() - first;
    auto* workflow = find_workflow(repository, segments[first]);
    const auto& method = call.request.method;
    if (rest == 2 && method == "POST" && segments[first + 1] == "dispatches") {
        if (auto refusal = refuse_writing(call)) return std::move(*refusal);
        return dispatch(call, repository, workflow, read_dispatch_body(call));
    }
    if (!workflow) return not_found();
    if (rest == 1 && method == "GET") return json_response(200, Payloads(world_, urls_, call.now).workflow(repository, *workflow));
    if (rest == 2 && method == "GET" && segments[first + 1] == "runs") return list_runs(call, repository, workflow->id);
    if (rest == 2 && method == "PUT" && (segments[first + 1] == "enable" || segments[first + 1] == "disable")) {
        if (auto refusal = refuse_writing(call)) return std::move(*refusal);
        workflow->state = segments[first + 1] == "enable" ? "active" : "disabled_manually";
        return Response(204);
    }
    return not_found();
}

Response Service::in_run(Call& call, Repository& repository, std::size_t first) {
    const auto& segments = call.target.segments;
    if (segments.size() <= first) return not_found();
    const auto id = id_of(segments[first]);
    const auto place = id ? repository.runs.find(*id) : repository.runs.end();
    if (place == repository.runs.end() || !is_visible(place->second, call.now)) return not_found();
    auto& run = place->second;
    const auto rest = segments.size() - first;
    const auto& method = call.request.method;
    const Payloads payloads(world_, urls_, call.now);
    const bool has_pulls = call.target.parameter("exclude_pull_requests") != "true";
    if (rest == 1) {
        if (method == "GET") return json_response(200, run_text(call, repository, run, has_pulls));
        if (method != "DELETE") return not_found();
        if (auto refusal = refuse_writing(call)) return std::move(*refusal);
        if (run.plan.is_zombie || !run_state(run, call.now).is_completed()) return problem(403, "Could not delete the workflow run");
        repository.runs.erase(place);
        return Response(204);
    }
    const auto& what = segments[first + 1];
    if (rest == 2 && method == "POST") {
        if (auto refusal = refuse_writing(call)) return std::move(*refusal);
        if (what == "cancel") return cancel(call, run);
        if (what == "force-cancel") return force_cancel(call, run);
        if (what == "rerun") return rerun(call, run, Rerun::all);
        if (what == "rerun-failed-jobs") return rerun(call, run, Rerun::failed);
        if (what == "pending_deployments") return review_deployments(call, run);
        return not_found();
    }
    if (method != "GET") return not_found();
    if (rest == 2 && what == "pending_deployments") return json_response(200, payloads.pending_deployments(run));
    if (rest == 2 && what == "concurrency_groups" && world_.ghes_version.empty()) {
        return json_response(200, payloads.concurrency_groups(repository, run));
    }
    if (rest == 2 && what == "artifacts") return list_artifacts(call, repository, run);

    const Run* attempt = &run;
    std::string part = what;
    bool has_more = rest > 2;
    if (what == "attempts") {
        if (rest < 3 || rest > 4) return not_found();
        const auto number = id_of(segments[first + 2]);
        attempt = number ? find_attempt(run, *number) : nullptr;
        if (!attempt) return not_found();
        if (rest == 3) return json_response(200, payloads.run(repository, *attempt, has_pulls));
        part = segments[first + 3];
        has_more = false;
    }
    if (has_more) return not_found();
    if (part == "jobs") {
        std::vector<const Run*> attempts{attempt};
        if (what == "jobs" && call.target.parameter("filter") == "all") {
            for (const auto& previous : run.previous_attempts) attempts.push_back(&previous);
        }
        return list_jobs(call, repository, attempts);
    }
    if (part == "logs") {
        if (!call.token) return problem(403, "Must have admin rights to Repository.");
        if (!attempt->plan.has_logs || !run_state(*attempt, call.now).is_completed()) return not_found();
        const auto path = "/actions-results/" + std::to_string(run.id) + "/" + std::to_string(attempt->attempt) + "/logs.zip";
        return redirect_to_blob(call, path, log_archive(world_, *attempt), "application/zip");
    }
    return not_found();
}

Response Service::in_job(Call& call, Repository& repository, std::size_t first) {
    const auto& segments = call.target.segments;
    if (segments.size() <= first) return not_found();
    const auto id = id_of(segments[first]);
    if (!id) return not_found();
    const auto rest = segments.size() - first;
    const auto& method = call.request.method;
    for (auto& [run_id, run] : repository.runs) {
        if (!is_visible(run, call.now)) continue;
        std::vector<const Run*> attempts{&run};
        for (const auto& previous : run.previous_attempts) attempts.push_back(&previous);
        for (const auto* attempt : attempts) {
            const auto job = std::ranges::find(attempt->plan.jobs, *id, &JobPlan::id);
            if (job == attempt->plan.jobs.end()) continue;
            if (rest == 1 && method == "GET") return json_response(200, Payloads(world_, urls_, call.now).job(repository, *attempt, *job));
            if (rest == 2 && method == "GET" && segments[first + 1] == "logs") {
                if (!call.token) return problem(403, "Must have admin rights to Repository.");
                if (!attempt->plan.has_logs || !job_state(*attempt, *job, call.now).is_completed()) return not_found();
                const auto path = "/actions-results/jobs/" + std::to_string(*id) + "/log.txt";
                return redirect_to_blob(call, path, job_log(world_, *attempt, *job), "text/plain; charset=utf-8");
            }
            if (rest == 2 && method == "POST" && segments[first + 1] == "rerun") {
                if (auto refusal = refuse_writing(call)) return std::move(*refusal);
                if (attempt != &run) return problem(403, "This job belongs to an attempt that is not the latest");
                return rerun(call, run, Rerun::one_job, *id);
            }
            return not_found();
        }
    }
    return not_found();
}

Response Service::in_artifact(Call& call, Repository& repository, std::size_t first) {
    const auto& segments = call.target.segments;
    if (segments.size() <= first || call.request.method != "GET") return not_found();
    const auto id = id_of(segments[first]);
    if (!id) return not_found();
    const auto rest = segments.size() - first;
    for (const auto& [run_id, run] : repository.runs) {
        const auto artifact = std::ranges::find(run.plan.artifacts, *id, &ArtifactPlan::id);
        if (artifact == run.plan.artifacts.end() || call.now < run.started + run.held + artifact->appears) continue;
        if (rest == 1) return json_response(200, Payloads(world_, urls_, call.now).artifact(repository, run, *artifact));
        if (rest != 2 || segments[first + 1] != "zip") return not_found();
        if (!call.token) return problem(401, "Requires authentication");
        if (artifact->is_expired) return problem(410, "Artifact has expired");
        return redirect_to_blob(call, "/actions-results/artifacts/" + std::to_string(*id) + ".zip", artifact->bytes, "application/zip");
    }
    return not_found();
}

const std::string& Service::run_text(const Call& call, const Repository& repository, const Run& run, bool has_pull_requests) {
    const auto state = run_state(run, call.now);
    // What a run's text depends on besides what only forget() tells.
    const auto stamp = state.status + "/" + state.conclusion + "/" + std::to_string(state.since.count()) + "/" +
                       std::to_string(run.attempt) + "/" + repository.owner + "/" + repository.name;
    auto& kept = kept_runs_[std::to_string(run.id) + (has_pull_requests ? "+" : "-")];
    if (kept.stamp != stamp) {
        kept.text = json::serialize(Payloads(world_, urls_, call.now).run(repository, run, has_pull_requests));
        kept.stamp = stamp;
    }
    return kept.text;
}

Response Service::list_runs(const Call& call, Repository& repository, std::optional<std::int64_t> workflow_id) {
    auto selection = select_runs(call, repository, workflow_id);
    if (selection.refusal) return std::move(*selection.refusal);
    const Page page(call, repository, selection.runs.size());
    const bool has_pulls = call.target.parameter("exclude_pull_requests") != "true";
    std::string body = "{\"total_count\":" + std::to_string(selection.runs.size()) + ",\"workflow_runs\":[";
    for (auto i = page.begin; i < page.end; ++i) {
        if (i > page.begin) body += ',';
        body += run_text(call, repository, *selection.runs[i], has_pulls);
    }
    body += "]}";
    auto response = json_response(200, std::move(body));
    response.set("Link", page.link);
    return response;
}

Response Service::list_jobs(const Call& call, Repository& repository, const std::vector<const Run*>& attempts) {
    const Payloads payloads(world_, urls_, call.now);
    std::vector<std::pair<const Run*, const JobPlan*>> jobs;
    for (const auto* attempt : attempts) {
        for (const auto& job : attempt->plan.jobs) jobs.emplace_back(attempt, &job);
    }
    const Page page(call, repository, jobs.size());
    json::array list;
    for (auto i = page.begin; i < page.end; ++i) list.push_back(payloads.job(repository, *jobs[i].first, *jobs[i].second));
    json::object body;
    body["total_count"] = jobs.size();
    body["jobs"] = std::move(list);
    auto response = json_response(200, body);
    response.set("Link", page.link);
    return response;
}

Response Service::list_artifacts(const Call& call, Repository& repository, const Run& run) {
    const auto name = call.target.parameter("name");
    std::vector<const ArtifactPlan*> found;
    for (const auto& artifact : run.plan.artifacts) {
        if (call.now < run.started + run.held + artifact.appears) continue;
        if (name.empty() || artifact.name == name) found.push_back(&artifact);
    }
    if (call.target.parameter("direction") != "asc") std::ranges::reverse(found);
    const Page page(call, repository, found.size());
    const Payloads payloads(world_, urls_, call.now);
    json::array list;
    for (auto i = page.begin; i < page.end; ++i) list.push_back(payloads.artifact(repository, run, *found[i]));
    json::object body;
    body["total_count"] = found.size();
    body["artifacts"] = std::move(list);
    auto response = json_response(200, body);
    response.set("Link", page.link);
    return response;
}

Response Service::redirect_to_blob(const Call& call, const std::string& path, std::string bytes, std::string content_type) {
    const auto expires = call.now + world_.link_life;
    const auto address = blobs_.publish(path, std::move(bytes), std::move(content_type), expires, world_.wall(expires));
    Response response(302);
    response.set("Location", urls_.blob + address);
    response.set("Content-Type", "text/html;charset=utf-8");
    return response;
}

}  // namespace kahn::testing
