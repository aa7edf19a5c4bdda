#include "run_session.hpp"

#include "output.hpp"
#include "past_runs.hpp"
#include "run_observers.hpp"
#include "signal_watch.hpp"
#include "step_summary.hpp"
#include "terminal.hpp"

#include <kahn/base/log.hpp>
#include <kahn/model/exit_status.hpp>

#include "base/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace kahn::app {
namespace {

namespace asio = boost::asio;

/// Turns signals into cancellations of the run, also those that come before it has begun.
class Interrupter {
public:
    Interrupter(asio::io_context& context, Console& console, ViewWriter& view, std::optional<std::chrono::milliseconds> interrupt_grace)
        : console_(console), view_(view), timer_(context), interrupt_grace_(interrupt_grace), executor_(context.get_executor()) {}

    /// From now on there is a run to cancel.
    void attach(PipelineManager& manager, std::string pipeline) {
        const std::lock_guard lock(mutex_);
        manager_ = &manager;
        pipeline_ = std::move(pipeline);
        for (int i = 0; i < count_; ++i) manager_->cancel_pipeline(pipeline_, first_);
    }

    void detach() {
        const std::lock_guard lock(mutex_);
        manager_ = nullptr;
    }

    /// On the watching thread.
    void heard(int count, const std::string& name) {
        console_.stop.raise();
        // Before the run hears of it: the view is to show what the signal was before it shows what it did.
        asio::post(executor_, [this, count, name] { on_loop(count, name); });
        const std::lock_guard lock(mutex_);
        count_ = count;
        if (count == 1) first_ = name;
        if (manager_) manager_->cancel_pipeline(pipeline_, first_);
    }

    /// On the loop: the run has ended.
    void run_ended() {
        is_over_ = true;
        timer_.cancel();
    }

private:
    void on_loop(int count, const std::string& name) {
        if (is_over_) return;
        view_.say(count == 1 ? name + ": ending the run; once more: at once" : name + ": ending the run at once");
        if (count != 1 || name != "SIGINT" || !interrupt_grace_) return;
        timer_.expires_after(*interrupt_grace_);
        timer_.async_wait([this](const boost::system::error_code& error) {
            const std::lock_guard lock(mutex_);
            if (!error && manager_) manager_->cancel_pipeline(pipeline_, first_);
        });
    }

    Console& console_;
    ViewWriter& view_;
    asio::steady_timer timer_;
    std::optional<std::chrono::milliseconds> interrupt_grace_;
    asio::any_io_executor executor_;
    std::mutex mutex_;
    PipelineManager* manager_ = nullptr;
    std::string pipeline_;
    std::string first_;
    int count_ = 0;
    bool is_over_ = false;  // used on the loop only
};

/// While it lives, signals go to the manager's run.
class Attachment {
public:
    Attachment(Interrupter& interrupter, PipelineManager& manager, const std::string& pipeline) : interrupter_(interrupter) {
        interrupter_.attach(manager, pipeline);
    }
    ~Attachment() { interrupter_.detach(); }
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

private:
    Interrupter& interrupter_;
};

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
    Interrupter interrupter(context, console, *writer, options.interrupt_grace);
    const SignalWatch signals([&interrupter](int count, const std::string& name) { interrupter.heard(count, name); },
                              [&context, writer](int signal) {
                                  asio::post(context, [writer, signal] { signal == SIGUSR1 ? writer->show_running() : writer->resumed(); });
                              });

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

    PipelineManager manager(context.get_executor(), std::move(options.manager));
    known = &manager;
    manager.create_pipeline(pipeline);
    std::exception_ptr failure;
    Pipeline result;
    asio::co_spawn(context, manager.run_pipeline_async(pipeline.name, std::move(options.run)),
                   [&](std::exception_ptr thrown, Pipeline finished) {
                       failure = std::move(thrown);
                       result = std::move(finished);
                       interrupter.run_ended();
                       writer->stop();
                   });
    const Attachment attachment(interrupter, manager, pipeline.name);
    context.run();
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
