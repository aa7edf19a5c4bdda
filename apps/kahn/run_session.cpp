#include "run_session.hpp"

#include "output.hpp"
#include "past_runs.hpp"
#include "run_observers.hpp"
#include "run_signals.hpp"
#include "signal_watch.hpp"
#include "step_summary.hpp"
#include "terminal.hpp"

#include <kahn/base/log.hpp>
#include <kahn/model/exit_status.hpp>

#include "base/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kahn::app {
namespace {

namespace asio = boost::asio;

/// Warnings of the library on standard error. Its errors come as exceptions and reasons.
LogSink warnings_to(asio::any_io_executor executor, std::shared_ptr<ViewWriter> view) {
    return [executor, view](LogLevel level, std::string_view line) {
        if (level != LogLevel::warning) return;
        asio::post(executor, [view, text = printable(line)] { view->say("warning: " + text); });
    };
}

}  // namespace

int run_session(const Pipeline& pipeline, SessionOptions options, Console& console) {
    asio::io_context context(1);
    const PipelineManager* known = nullptr;  // there before any run begins
    ChosenView chosen = make_view(options.view, past_runs_in([&known] { return known->store(); }));
    if (chosen.is_coloured) tell_children_of_colour();  // while there is but one thread
    const auto writer = std::make_shared<ViewWriter>(context.get_executor(), console.err, std::move(chosen.view), chosen.terminal);
    RunSignals run_signals(context, console, *writer, options.interrupt_grace);
    SignalWatch::Ears ears;
    ears.ending = [&run_signals](int count, const std::string& name) { run_signals.heard(count, name); };
    ears.noticed = [&context, writer](int signal) {
        asio::post(context, [writer, signal] { signal == SIGUSR1 ? writer->show_running() : writer->lost_place(); });
    };
    ears.stopping = [&run_signals](const std::string& name) { run_signals.stopping(name); };
    ears.resumed = [&run_signals] { run_signals.resumed(); };
    const SignalWatch signals(std::move(ears));

    options.manager.log_sink = warnings_to(context.get_executor(), writer);
    options.run.observers.push_back(writer);
    if (const auto summary = environment({"GITHUB_STEP_SUMMARY"}); chosen.ci == render::Ci::github && !summary.empty() && !summary.begin()->second.empty()) {
        options.run.observers.push_back(std::make_shared<StepSummary>(summary.begin()->second, std::filesystem::current_path(),
                                                                      [writer](std::string_view line) { writer->say(line); }));
    }
    if (options.stream != Stream::none) {
        const auto jobs = options.stream == Stream::json ? JsonStream::Jobs::with_output : JsonStream::Jobs::without_output;
        options.run.observers.push_back(std::make_shared<JsonStream>(context.get_executor(), console.out, jobs));
    }

    std::optional<PipelineManager> manager(std::in_place, context.get_executor(), std::move(options.manager));
    known = &*manager;
    manager->create_pipeline(pipeline);
    std::exception_ptr failure;
    Pipeline result;
    asio::co_spawn(context, manager->run_pipeline_async(pipeline.name, std::move(options.run)),
                   [&](std::exception_ptr thrown, Pipeline finished) {
                       failure = std::move(thrown);
                       result = std::move(finished);
                       run_signals.run_ended();
                       writer->stop();
                   });
    {
        const RunSignals::Attachment attachment(run_signals, *manager, pipeline.name);
        context.run();
    }
    // Its store still writes the index meanwhile, and may have something to say of that.
    manager.reset();
    context.restart();
    context.poll();
    if (failure) std::rethrow_exception(failure);
    const bool never_began = result.duration == std::chrono::nanoseconds{0} && result.status == PipelineStatus::failure;
    // The view had told of the end before its record was written.
    const bool has_run = std::any_of(result.stages.begin(), result.stages.end(),
                                     [](const PipelineStage& stage) { return stage.status != PipelineStatus::pending; });
    const bool is_unrecorded = has_run && result.reason.code() == Reason::Code::workspace_unusable;
    if (never_began || is_unrecorded) console.complain(printable(result.reason.detail()));  // no event has told it
    return exit_status(result);
}

}  // namespace kahn::app
