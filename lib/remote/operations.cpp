#include "remote/operations.hpp"

#include "remote/api_call.hpp"
#include "remote/api_request.hpp"
#include "remote/ascii.hpp"
#include "remote/link_header.hpp"
#include "remote/parse.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;

namespace {

/// `/repos/O/N/actions/runs/ID` and what follows.
std::variant<std::string, RemoteFailure> run_path(const Repository& repository, std::int64_t run_id, const std::string& rest = "") {
    if (run_id <= 0) return RemoteFailure(ErrorKind::invalid_argument, "a run's id is a number above 0");
    auto path = actions_path(repository);
    if (auto* const text = std::get_if<std::string>(&path)) *text += "/runs/" + std::to_string(run_id) + rest;
    return path;
}

constexpr int most_pages = 50;

/// Page after page of a list, until there are `limit` elements or no more; elements are told apart by `id`.
template <class Page, class Item>
asio::awaitable<Result<std::vector<Item>>> fetch_pages(SessionPtr session, std::string path, std::optional<Page> (*parse)(std::string_view),
                                                       std::vector<Item>& (*items)(Page&), std::size_t limit,
                                                       std::shared_ptr<Page> first_page) {
    const SteadyTime deadline = session->operation_deadline();
    std::optional<Url> url = parse_url(session->settings->url(path));
    std::vector<Item> all;
    std::set<std::int64_t> ids;
    std::set<std::string> asked;
    for (int number = 0; url && number < most_pages && all.size() < limit; ++number) {
        if (!asked.insert(url->text()).second) break;
        ApiCall call;
        call.url = url;
        call.deadline = deadline;
        const auto page = std::make_shared<std::optional<Page>>();
        call.read = [page, parse](std::string_view body) {
            *page = parse(body);
            return page->has_value();
        };
        const auto answer = co_await call_api(session, std::move(call));
        if (!answer) co_return answer.failure();
        if (!page->has_value()) co_return RemoteFailure(ErrorKind::protocol, "the server answered without a body");
        if (number == 0 && first_page) *first_page = **page;
        for (Item& item : items(**page)) {
            // New ones push others on to the next page while it is fetched.
            if (all.size() < limit && ids.insert(item.id).second) all.push_back(std::move(item));
        }
        url = next_page(session->settings->base, *url, answer.value().link);
    }
    co_return all;
}

std::vector<WorkflowRun>& runs_of(WorkflowRuns& page) { return page.runs; }
std::vector<WorkflowJob>& jobs_of(std::vector<WorkflowJob>& page) { return page; }
std::vector<Artifact>& artifacts_of(std::vector<Artifact>& page) { return page; }

constexpr std::size_t no_limit = 10'000;

}  // namespace

asio::awaitable<Result<WorkflowRun>> get_run(SessionPtr session, Repository repository, std::int64_t run_id, std::int64_t attempt) {
    const auto path = run_path(repository, run_id, attempt > 0 ? "/attempts/" + std::to_string(attempt) : "");
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    ApiCall call;
    call.path = std::get<std::string>(path) + "?exclude_pull_requests=true";
    call.deadline = session->operation_deadline();
    co_return co_await fetch<WorkflowRun>(std::move(session), std::move(call), parse_run);
}

asio::awaitable<Result<WorkflowRuns>> list_runs(SessionPtr session, Repository repository, RunFilter filter) {
    const auto base = actions_path(repository);
    if (const auto* const failure = std::get_if<RemoteFailure>(&base)) co_return *failure;
    std::string path = std::get<std::string>(base);
    if (!filter.workflow.empty()) {
        const auto workflow = path_segment(filter.workflow);
        if (!workflow) co_return RemoteFailure(ErrorKind::invalid_argument, "a workflow is a file's name or a number");
        path += "/workflows/" + *workflow;
    }
    path += "/runs" + query_string(runs_query(filter));
    const auto first = std::make_shared<WorkflowRuns>();
    auto fetched = co_await fetch_pages<WorkflowRuns, WorkflowRun>(session, path, parse_runs, runs_of, filter.limit, first);
    if (!fetched) co_return fetched.failure();
    WorkflowRuns runs;
    runs.total_count = first->total_count;
    runs.runs = std::move(fetched.value());
    co_return runs;
}

asio::awaitable<Result<std::vector<WorkflowJob>>> list_jobs(SessionPtr session, Repository repository, std::int64_t run_id, JobFilter filter) {
    const std::string query = filter == JobFilter::all ? "?filter=all&per_page=100" : "?per_page=100";
    const auto path = run_path(repository, run_id, "/jobs" + query);
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    const std::string text = std::get<std::string>(path);
    co_return co_await fetch_pages<std::vector<WorkflowJob>, WorkflowJob>(session, text, parse_jobs, jobs_of, no_limit, nullptr);
}

asio::awaitable<Result<std::vector<Artifact>>> list_artifacts(SessionPtr session, Repository repository, std::int64_t run_id) {
    const auto path = run_path(repository, run_id, "/artifacts?per_page=100");
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    const std::string text = std::get<std::string>(path);
    co_return co_await fetch_pages<std::vector<Artifact>, Artifact>(session, text, parse_artifacts, artifacts_of, no_limit, nullptr);
}

asio::awaitable<Result<std::vector<PendingDeployment>>> list_pending_deployments(SessionPtr session, Repository repository,
                                                                                 std::int64_t run_id) {
    const auto path = run_path(repository, run_id, "/pending_deployments");
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    ApiCall call;
    call.path = std::get<std::string>(path);
    call.deadline = session->operation_deadline();
    co_return co_await fetch<std::vector<PendingDeployment>>(std::move(session), std::move(call), parse_pending_deployments);
}

asio::awaitable<Result<std::vector<ConcurrencyPlace>>> list_concurrency(SessionPtr session, Repository repository, std::int64_t run_id) {
    const auto path = run_path(repository, run_id, "/concurrency_groups");
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    ApiCall call;
    call.path = std::get<std::string>(path);
    call.deadline = session->operation_deadline();
    const auto places = std::make_shared<std::optional<std::vector<ConcurrencyPlace>>>();
    call.read = [places, run_id](std::string_view body) {
        *places = parse_concurrency(body, run_id);
        return places->has_value();
    };
    const auto answer = co_await call_api(std::move(session), std::move(call));
    if (!answer) co_return answer.failure();
    if (!places->has_value()) co_return RemoteFailure(ErrorKind::protocol, "the server answered without a body");
    co_return std::move(**places);
}

asio::awaitable<Result<RateLimitReport>> get_rate_limit(SessionPtr session) {
    ApiCall call;
    call.path = "/rate_limit";
    call.deadline = session->operation_deadline();
    const auto report = co_await fetch<RateLimitReport>(std::move(session), std::move(call), parse_rate_limit);
    if (!report && report.failure().kind == ErrorKind::not_found) {  // an enterprise server without limits
        RateLimitReport unlimited;
        unlimited.is_limited = false;
        co_return unlimited;
    }
    co_return report;
}

asio::awaitable<Result<std::int64_t>> rerun_run(SessionPtr session, Repository repository, std::int64_t run_id, RerunKind kind,
                                                bool debug_logging) {
    const auto path = run_path(repository, run_id, kind == RerunKind::failed_jobs ? "/rerun-failed-jobs" : "/rerun");
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    const auto before = co_await get_run(session, repository, run_id, 0);
    if (!before) co_return before.failure();
    const std::int64_t next_attempt = before.value().run_attempt + 1;
    const SteadyTime deadline = session->operation_deadline();
    RetryPolicy retry(Repeatable::always, session->options().attempts);
    bool may_have_worked = false;
    for (;;) {
        ApiCall call;
        call.method = "POST";
        call.path = std::get<std::string>(path);
        if (debug_logging) call.body = R"({"enable_debug_logging":true})";
        call.repeatable = Repeatable::checked;
        call.deadline = deadline;
        const auto answer = co_await call_api(session, std::move(call));
        if (answer) co_return next_attempt;
        RemoteFailure failure = answer.failure();
        if (failure.http_status >= 200 && failure.http_status < 300) co_return next_attempt;
        // Nobody else was asked: what runs already is what the lost request started.
        if (may_have_worked && failure.http_status == 403 && contains_ignoring_case(failure.github_message, "already running")) {
            co_return next_attempt;
        }
        if (!failure.may_have_arrived) co_return failure;
        may_have_worked = true;
        // It may have worked: then the run is at its next attempt.
        const auto after = co_await get_run(session, repository, run_id, 0);
        if (after && after.value().run_attempt >= next_attempt) co_return next_attempt;
        const auto pause = retry.after(failure, session->chance());
        if (!after || !pause) co_return failure;
        co_await session->clock().sleep_until(session->clock().now() + *pause);
    }
}

}  // namespace kahn::remote
