#include "remote/api_call.hpp"
#include "remote/api_request.hpp"
#include "remote/ascii.hpp"
#include "remote/dispatch_machine.hpp"
#include "remote/operations.hpp"
#include "remote/parse.hpp"

#include "base/ulid.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;

namespace {

/// Whether an enterprise server has what came with 3.21: it tells a started run's id if it is asked to.
bool tells_run_ids(std::string_view installed_version) {
    const auto dot = installed_version.find('.');
    const auto major = parse_number(installed_version.substr(0, dot));
    if (!major || dot == std::string_view::npos) return false;
    const auto rest = installed_version.substr(dot + 1);
    const auto minor = parse_number(rest.substr(0, rest.find_first_not_of("0123456789")));
    return *major > 3 || (*major == 3 && minor && *minor >= 21);
}

/// Whether the body of a dispatch has to ask for the run's id.
asio::awaitable<bool> find_out_details_key(SessionPtr session, SteadyTime deadline) {
    Origin& origin = *session->origin;
    {
        const std::lock_guard lock(origin.mutex);
        if (origin.wants_details_key) co_return *origin.wants_details_key;
    }
    if (session->settings->kind == ServerKind::cloud) {
        const std::lock_guard lock(origin.mutex);
        // The newest version always tells it, and has no such key any more.
        co_return origin.api_version != newest_api_version;
    }
    ApiCall call;
    call.path = "/meta";
    call.deadline = deadline;
    const auto version = co_await fetch<std::string>(session, std::move(call), parse_installed_version);
    const std::lock_guard lock(origin.mutex);
    // Not told: it is asked for, and the key is dropped if the server minds.
    origin.wants_details_key = !version || tells_run_ids(version.value());
    co_return *origin.wants_details_key;
}

bool minds_the_key(const RemoteFailure& failure) {
    return (failure.http_status == 400 || failure.http_status == 422) &&
           failure.github_message.find("return_run_details") != std::string::npos;
}

asio::awaitable<Result<std::string>> default_branch(SessionPtr session, std::string repository_path, SteadyTime deadline) {
    ApiCall call;
    call.path = std::move(repository_path);
    call.deadline = deadline;
    return fetch<std::string>(std::move(session), std::move(call), parse_default_branch);
}

bool is_success(unsigned status) { return status >= 200 && status < 300; }

/// What is left of the protocol after a request that may have arrived.
asio::awaitable<void> reconcile(SessionPtr session, std::shared_ptr<DispatchMachine> machine, std::string list_path, SteadyTime sent_at) {
    while (machine->next() != DispatchMachine::Step::done) {
        if (machine->next() == DispatchMachine::Step::wait) {
            co_await session->clock().sleep_until(session->clock().now() + machine->pause());
            machine->waited();
            continue;
        }
        ApiCall call;
        call.path = list_path;
        call.attempts = 1;  // the next look is a repetition
        call.is_conditional = false;
        call.deadline = session->clock().now() + session->options().request_timeout;
        const auto page = std::make_shared<std::optional<WorkflowRuns>>();
        call.read = [page](std::string_view body) {
            *page = parse_runs(body);
            return page->has_value();
        };
        const auto answer = co_await call_api(session, std::move(call));
        if (!answer) {
            machine->list_failed(answer.failure());
            continue;
        }
        // By the server's clock alone: when it wrote this, less the time since the dispatch.
        constexpr std::chrono::seconds slack{5};
        const auto since = session->clock().now() - sent_at;
        const SystemTime server_now = answer.value().date.value_or(session->clock().system_now());
        const auto not_before = server_now - std::chrono::duration_cast<SystemTime::duration>(since) - slack;
        machine->listed((*page)->runs, not_before);
    }
}

RemoteFailure left_open(const RemoteFailure& why) {
    RemoteFailure failure = why;
    failure.kind = ErrorKind::outcome_unknown;
    failure.text = "dispatch outcome unknown: " + why.text;
    failure.hint = "look at the workflow's runs before starting it again: it may be running";
    failure.may_have_arrived = true;
    return failure;
}

}  // namespace

asio::awaitable<Result<Dispatched>> dispatch_workflow(SessionPtr session, Repository repository, DispatchRequest request) {
    const auto path = repository_path(repository);
    if (const auto* const failure = std::get_if<RemoteFailure>(&path)) co_return *failure;
    const auto workflow = path_segment(request.workflow);
    if (!workflow) co_return RemoteFailure(ErrorKind::invalid_argument, "a workflow is a file's name or a number");
    const std::size_t most_inputs = session->settings->kind == ServerKind::enterprise ? 10 : 25;
    if (request.inputs.size() > most_inputs) {
        co_return RemoteFailure(ErrorKind::invalid_argument, "a workflow takes at most " + std::to_string(most_inputs) + " inputs here");
    }
    const SteadyTime deadline = session->operation_deadline();
    const std::string base_path = std::get<std::string>(path);
    if (request.ref.empty()) {
        const auto branch = co_await default_branch(session, base_path, deadline);
        if (!branch) co_return branch.failure();
        request.ref = branch.value();
    }
    DispatchClues clues;
    clues.branch = branch_of(request.ref);
    clues.patience = session->options().reconcile_limit;
    if (!request.correlate_input.empty()) {
        clues.nonce = "kahn-" + new_ulid(session->clock().system_now());
        request.inputs[request.correlate_input] = clues.nonce;
    }
    const std::string workflow_path = base_path + "/actions/workflows/" + *workflow;
    const std::string list_path = workflow_path + "/runs" + query_string({{"event", "workflow_dispatch"}, {"branch", clues.branch}, {"per_page", "20"}});
    bool asks_for_details = co_await find_out_details_key(session, deadline);
    const bool is_told = asks_for_details || session->settings->kind == ServerKind::cloud;
    if (!is_told && clues.nonce.empty()) {
        // The server will not say which run it is: look which ones are there already.
        ApiCall call;
        call.path = list_path;
        call.deadline = deadline;
        const auto before = co_await fetch<WorkflowRuns>(session, std::move(call), parse_runs);
        if (!before) co_return before.failure();
        for (const WorkflowRun& run : before.value().runs) clues.highest_before = std::max(clues.highest_before, run.id);
    }
    {
        const std::lock_guard lock(session->origin->mutex);
        clues.claimed = session->origin->claimed;
    }
    const auto machine = std::make_shared<DispatchMachine>(clues);
    SteadyTime sent_at = session->clock().now();
    while (machine->next() == DispatchMachine::Step::post) {
        ApiCall call;
        call.method = "POST";
        call.path = workflow_path + "/dispatches";
        call.body = dispatch_body(request, asks_for_details);
        call.repeatable = Repeatable::never;
        call.deadline = deadline;
        sent_at = session->clock().now();
        const auto answer = co_await call_api(session, std::move(call));
        if (answer) {
            machine->accepted(parse_dispatched(*answer.value().body));
            break;
        }
        const RemoteFailure& failure = answer.failure();
        if (is_success(failure.http_status)) {
            machine->accepted(std::nullopt);
        } else if (asks_for_details && minds_the_key(failure)) {
            asks_for_details = false;
            const std::lock_guard lock(session->origin->mutex);
            session->origin->wants_details_key = false;
        } else if (failure.kind == ErrorKind::cancelled && failure.may_have_arrived) {
            co_return left_open(failure);
        } else if (failure.may_have_arrived) {
            machine->lost(failure);
        } else {
            machine->refused(failure);
        }
    }
    bool was_cancelled = false;
    try {
        co_await reconcile(session, machine, list_path, sent_at);
    } catch (const boost::system::system_error&) {
        was_cancelled = true;
    }
    if (was_cancelled) {
        co_return left_open(RemoteFailure(ErrorKind::cancelled, "cancelled while the run was looked for"));
    }
    Result<Dispatched> result = machine->result();
    if (result) {
        result.value().ref = request.ref;
        const std::lock_guard lock(session->origin->mutex);
        constexpr std::size_t most_remembered = 1000;
        if (session->origin->claimed.size() >= most_remembered) session->origin->claimed.erase(session->origin->claimed.begin());
        if (result.value().run_id != 0) session->origin->claimed.insert(result.value().run_id);
    }
    co_return result;
}

}  // namespace kahn::remote
