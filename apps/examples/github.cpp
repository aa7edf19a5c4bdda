// Starts a workflow on GitHub Actions, waits for its end, and tells what became of its jobs. Ctrl-C cancels the run there, and waits
// for that as well.
//
//     export GH_TOKEN=...                        # GITHUB_API_URL, HTTPS_PROXY, SSL_CERT_FILE: see the README
//     github OWNER REPOSITORY WORKFLOW [REF]     # github acme rocket ci.yml main

#include <kahn/manager/async_pipeline_manager.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

namespace asio = boost::asio;
namespace json = boost::json;

struct Workflow {
    Workflow() = default;  // a class that a coroutine takes is no aggregate: g++ 12

    std::string owner;
    std::string repository;
    std::string file;
    std::string ref;  // empty: the default branch
};

/// What HTTP or the network do is no exception: it stands in the result. False if there is an error.
bool tell(const kahn::AsyncPipelineResult& result) {
    if (!result.error) {
        std::cout << result.message << std::endl;
        return true;
    }
    std::cerr << "github: " << *result.error << '\n';
    const auto* const hint = result.data ? result.data->if_contains("hint") : nullptr;
    if (hint && hint->is_string()) std::cerr << "  " << std::string_view(hint->get_string()) << '\n';
    return false;
}

void tell_jobs(const kahn::AsyncPipelineResult& jobs) {
    if (!tell(jobs)) return;
    for (const json::value& job : jobs.data->at("jobs").as_array()) {
        const json::value& conclusion = job.at("conclusion");
        std::cout << "  " << std::string_view(job.at("name").as_string()) << ": "
                  << (conclusion.is_null() ? "not done" : std::string_view(conclusion.as_string())) << '\n';
    }
}

/// \param github outlives it
asio::awaitable<int> run(kahn::AsyncPipelineManager* github, Workflow workflow) {
    co_await asio::this_coro::throw_if_cancelled(false);
    //[start
    kahn::TriggerOptions what;
    what.ref = workflow.ref;
    const auto started =
        co_await github->async_trigger_pipeline("example", workflow.owner, workflow.repository, workflow.file, what);
    if (!tell(started)) co_return 1;
    if (started.data->at("run_id").is_null()) {  // an older server does not tell it, and several might be the one
        std::cerr << "github: which run was started could not be found out: " << json::serialize(*started.data) << '\n';
        co_return 1;
    }
    const std::int64_t id = started.data->at("run_id").as_int64();
    std::cout << "run " << id << " of " << workflow.owner << '/' << workflow.repository << std::endl;

    kahn::WaitOptions patience;
    patience.is_fresh = true;  // GitHub may take a moment until it finds what it has just started
    kahn::AsyncPipelineResult ended =
        co_await github->async_wait_for_completion(workflow.owner, workflow.repository, id, patience);
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) {
        const auto no_more = asio::disable_cancellation();
        co_await asio::this_coro::reset_cancellation_state(no_more);
        ended = co_await github->async_cancel_and_wait(workflow.owner, workflow.repository, id);
    }
    //]
    if (!tell(ended)) co_return 1;
    const auto jobs = co_await github->async_get_jobs(workflow.owner, workflow.repository, id);
    tell_jobs(jobs);
    co_return ended.status == kahn::PipelineStatus::success ? 0 : 1;
}

int main(int argc, char** argv) {
    if (argc != 4 && argc != 5) {
        std::cerr << "usage: github OWNER REPOSITORY WORKFLOW [REF]\n";
        return 2;
    }
    Workflow workflow;
    workflow.owner = argv[1];
    workflow.repository = argv[2];
    workflow.file = argv[3];
    if (argc == 5) workflow.ref = argv[4];

    int status = 1;
    try {
        asio::io_context context(1);
        kahn::AsyncPipelineManager manager(context.get_executor());
        asio::cancellation_signal cancel;
        asio::signal_set signals(context, SIGINT, SIGTERM);
        signals.async_wait([&cancel](boost::system::error_code failure, int) {
            if (!failure) cancel.emit(asio::cancellation_type::terminal);
        });
        const auto done = [&](std::exception_ptr failure, int result) {
            signals.cancel();
            if (failure) std::rethrow_exception(failure);
            status = result;
        };
        asio::co_spawn(context, run(&manager, workflow), asio::bind_cancellation_slot(cancel.slot(), done));
        context.run();
    } catch (const std::exception& failure) {
        std::cerr << "github: " << failure.what() << '\n';
    }
    return status;
}
