// The parts of the README on kahn within a service. Compiled, never run.

//[includes
#include <kahn/config/load.hpp>               // pipelines from text or files, and what is wrong with them
#include <kahn/manager/async_operations.hpp>  // run them, with any completion token
#include <kahn/render/ndjson.hpp>             // events as lines of JSON

#include <boost/asio.hpp>

#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;
//]

//[observer
class Progress final : public kahn::Observer {
public:
    void on_event(const kahn::Event& event) override {
        if (const auto* const started = std::get_if<kahn::event::RunStarted>(&event.what)) {
            std::clog << event.run.run_id << ": " << started->jobs << " jobs, trace " << started->trace_id << '\n';
        } else if (const auto* const finished = std::get_if<kahn::event::JobFinished>(&event.what)) {
            std::clog << finished->job.name << ": " << kahn::to_string(finished->job.status) << '\n';
        }
    }
};
//]

//[json
class JsonLines final : public kahn::Observer {  // what `kahn run --json` prints
public:
    void on_event(const kahn::Event& event) override { std::cout << kahn::render::to_ndjson(event); }
};
//]

//[await
asio::awaitable<int> build(kahn::PipelineManager* manager, std::string revision) {
    kahn::RunOptions options;
    options.variables = {{"REVISION", std::move(revision)}};  // over the pipeline's own
    options.working_directory = "/srv/checkout";
    options.observers = {std::make_shared<Progress>()};
    const kahn::Pipeline run = co_await manager->run_pipeline_async("ci", options);
    for (const kahn::PipelineStage& stage : run.stages) {
        for (const kahn::PipelineJob& job : stage.jobs) {
            if (job.status == kahn::PipelineStatus::failure) std::clog << job.reason.text() << ", it said: " << job.error << '\n';
        }
    }
    co_return run.status == kahn::PipelineStatus::success ? 0 : 1;
}
//]

//[main
int main() {
    asio::io_context context(1);
    kahn::Options options;
    options.workspace_dir = "/var/lib/my-service";  // `.kahn/` is kept in here
    options.engine.max_workers = 4;                 // jobs at once, over all runs
    options.engine.process.grace = 5s;              // between SIGTERM and SIGKILL
    options.log_sink = [](kahn::LogLevel, std::string_view line) { std::clog << line << '\n'; };
    kahn::PipelineManager manager(context.get_executor(), options);
    manager.create_pipeline("ci.yaml");  // throws kahn::ConfigError, which says all that is wrong with it, and where

    int status = 1;
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code failure, int) {
        if (!failure) kahn::async_shutdown(manager, [](std::exception_ptr) {});  // cancels every run, and waits for its end
    });
    asio::co_spawn(context, build(&manager, "HEAD"), [&](std::exception_ptr failure, int result) {
        if (!failure) status = result;
        signals.cancel();
    });
    context.run();
    return status;
}
//]

void tokens(kahn::PipelineManager& manager) {
    //[tokens
    // a callback
    kahn::async_run_pipeline(manager, "ci", [](std::exception_ptr, kahn::Pipeline run) { std::clog << kahn::to_string(run.status) << '\n'; });

    // a future, for a manager whose context is run by other threads
    std::future<kahn::Pipeline> result = kahn::async_run_pipeline(manager, "ci", kahn::RunOptions(), asio::use_future);

    // one run, cancelled by whoever holds the signal, which outlives it: SIGTERM to its jobs, SIGKILL after the grace
    asio::cancellation_signal cancel;
    kahn::async_run_pipeline(manager, "ci", asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr, kahn::Pipeline) {}));
    cancel.emit(asio::cancellation_type::terminal);
    //]
}

void text(kahn::PipelineManager& manager, std::string received) {
    //[text
    const kahn::config::LoadResult loaded = kahn::config::load_text(std::move(received), kahn::config::Format::json, "request.json");
    for (const kahn::Diagnostic& problem : loaded.diagnostics) std::clog << kahn::to_line(loaded.file, problem) << '\n';
    if (!loaded.ok()) return;
    // A pipeline of somebody's own: two may have the same name, and nothing is kept of it here when its run has ended.
    kahn::async_run_pipeline(manager, loaded.pipeline, [](std::exception_ptr, kahn::Pipeline run) { std::clog << run.run_id << '\n'; });
    //]
}
