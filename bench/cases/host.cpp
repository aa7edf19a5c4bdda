// What a service feels whose io_context kahn lives on: how late its timers are while children are started, and how soon many
// running jobs are gone once they are cancelled.

#include "cases/cases.hpp"
#include "cases/inputs.hpp"
#include "measure/stopwatch.hpp"

#include <kahn/manager/pipeline_manager.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

namespace kahn::bench {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// A timer that is due every millisecond, and how late it was heard each time.
class Ticker {
public:
    explicit Ticker(asio::io_context& context) : timer_(context) { wait(); }

    void stop() {
        is_stopped_ = true;
        timer_.cancel();
    }
    double percentile(double part) {
        if (late_.empty()) throw std::runtime_error("the timer was never heard");
        std::sort(late_.begin(), late_.end());
        return late_[static_cast<std::size_t>(part * static_cast<double>(late_.size() - 1))];
    }

private:
    void wait() {
        timer_.expires_after(std::chrono::milliseconds(1));
        timer_.async_wait([this](boost::system::error_code) {
            if (is_stopped_) return;
            late_.push_back(Seconds(Clock::now() - timer_.expiry()).count());
            wait();
        });
    }

    asio::steady_timer timer_;
    bool is_stopped_ = false;
    std::vector<double> late_;
};

Options host_options(const Settings& settings, unsigned at_once, unsigned spawners) {
    Options options;
    options.workspace_dir = settings.folder / "host";
    options.remembers = false;
    options.engine.max_workers = at_once;
    options.engine.process.spawner_threads = spawners;
    return options;
}

/// The 99th percentile of the lateness, in place of a duration.
Sample lateness(const Options& options, const Pipeline& pipeline) {
    asio::io_context context(1);
    Ticker ticker(context);
    std::exception_ptr failure;
    PipelineManager manager(context.get_executor(), options);
    asio::co_spawn(context, manager.run_pipeline_async(pipeline), [&](std::exception_ptr thrown, const Pipeline& run) {
        failure = thrown;
        if (!thrown && run.status != PipelineStatus::success) failure = std::make_exception_ptr(std::runtime_error("a job failed"));
        ticker.stop();
    });
    context.run();
    if (failure) std::rethrow_exception(failure);
    Sample sample;
    sample.seconds = ticker.percentile(0.99);
    return sample;
}

/// The same of a loop that has nothing else to do: what this machine does to any timer.
Sample idle_lateness(std::chrono::milliseconds length) {
    asio::io_context context(1);
    Ticker ticker(context);
    asio::steady_timer end(context, length);
    end.async_wait([&](boost::system::error_code) { ticker.stop(); });
    context.run();
    Sample sample;
    sample.seconds = ticker.percentile(0.99);
    return sample;
}

Comparison lateness_while_spawning(const Settings& settings, int jobs) {
    Comparison out;
    out.name = "host/99th percentile of a 1 ms timer's lateness, " + std::to_string(jobs) + " jobs, 16 at once";
    out.item = "p99";
    const Pipeline pipeline = equal_jobs(jobs, settings.noop);
    for (const unsigned spawners : {2U, 0U}) {
        const Options options = host_options(settings, 16, spawners);
        const std::string name = spawners == 0 ? "kahn, spawning on the loop" : "kahn, " + std::to_string(spawners) + " spawner threads";
        out.contestants.push_back({name, [options, pipeline] { return lateness(options, pipeline); }});
    }
    out.contestants.push_back({"a loop without work", [] { return idle_lateness(std::chrono::milliseconds(500)); }});
    return out;
}

/// Calls back once every job's command has been started.
class AllStarted final : public Observer {
public:
    AllStarted(std::size_t jobs, std::function<void()> then) : missing_(jobs), then_(std::move(then)) {}

    void on_event(const Event& event) override {
        if (std::holds_alternative<event::CommandStarted>(event.what) && --missing_ == 0) then_();
    }

private:
    std::size_t missing_;
    std::function<void()> then_;
};

/// From the cancellation to the end of the run: then every process is gone.
Sample time_to_cancel(const Options& options, const Pipeline& pipeline) {
    asio::io_context context(1);
    PipelineManager manager(context.get_executor(), options);
    Clock::time_point cancelled;
    Clock::time_point ended;
    const auto started = std::make_shared<AllStarted>(pipeline.job_count(), [&] {
        asio::post(context, [&] {
            cancelled = Clock::now();
            manager.cancel_pipeline("bench");
        });
    });
    RunOptions run_options;
    run_options.observers.push_back(started);
    asio::co_spawn(context, manager.run_pipeline_async(pipeline, run_options), [&](std::exception_ptr, const Pipeline&) { ended = Clock::now(); });
    context.run();
    if (cancelled == Clock::time_point()) throw std::runtime_error("not every job was started");
    Sample sample;
    sample.seconds = Seconds(ended - cancelled).count();
    return sample;
}

/// A process group of as many sleeping children, one kill and a wait for each: what the kernel takes for it.
Sample time_to_kill_group(int count) {
    std::vector<pid_t> children;
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string program = "sleep";
    std::string length = "1000";
    char* words[] = {program.data(), length.data(), nullptr};
    int error = 0;
    while (error == 0 && static_cast<int>(children.size()) < count) {
        ::posix_spawnattr_setpgroup(&attributes, children.empty() ? 0 : children.front());
        pid_t pid = 0;
        error = ::posix_spawnp(&pid, "sleep", nullptr, &attributes, words, environ);
        if (error == 0) children.push_back(pid);
    }
    ::posix_spawnattr_destroy(&attributes);
    const auto begin = Clock::now();
    if (!children.empty()) ::kill(-children.front(), SIGTERM);
    for (const pid_t child : children) ::waitpid(child, nullptr, 0);
    if (error != 0) throw std::system_error(error, std::generic_category(), "posix_spawn");
    Sample sample;
    sample.seconds = Seconds(Clock::now() - begin).count();
    return sample;
}

Comparison cancel_of_many(const Settings& settings, int jobs) {
    Comparison out;
    out.name = "host/cancel of " + std::to_string(jobs) + " running jobs";
    out.item = "cancel";
    const Pipeline pipeline = equal_jobs(jobs, "sleep 1000");
    for (const Containment rung : {Containment::cgroup2, Containment::subreaper, Containment::session}) {
        Options options = host_options(settings, 0, 2);
        options.engine.process.strongest_containment = rung;
        const std::string name = "kahn, " + std::string(to_string(rung)) + " at best";
        out.contestants.push_back({name, [options, pipeline] { return time_to_cancel(options, pipeline); }});
    }
    out.contestants.push_back({"kill of a process group", [jobs] { return time_to_kill_group(jobs); }});
    return out;
}

}  // namespace

std::vector<Comparison> host_cases(const Settings& settings) {
    return {lateness_while_spawning(settings, settings.is_quick ? 300 : 3000), cancel_of_many(settings, settings.is_quick ? 100 : 1000)};
}

}  // namespace kahn::bench
