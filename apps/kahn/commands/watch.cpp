#include "child_run.hpp"
#include "cli.hpp"
#include "command.hpp"
#include "exit_code.hpp"
#include "file_watch.hpp"
#include "git_ignore.hpp"
#include "output.hpp"
#include "usage_error.hpp"
#include "values.hpp"
#include "watch_filter.hpp"
#include "watch_policy.hpp"

#include <kahn/config/load.hpp>

#include "base/text.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <CLI/CLI.hpp>

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace kahn::app {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

struct Arguments {
    std::string file;
    std::vector<std::string> paths;
    std::vector<std::string> ignored;
    std::string debounce = "200ms";
    std::string on_change = "queue";
    bool no_gitignore = false;
    std::vector<std::string> run_options;
};

/// The signals that end a program, read as data. Those of the terminal go to its whole foreground group: who sent them shows
/// whether the child has them already.
class EndingSignals {
public:
    EndingSignals(asio::io_context& context, std::function<void(int signal, bool is_from_terminal)> heard)
        : descriptor_(context, open()), heard_(std::move(heard)) {
        wait();
    }

    void close() { descriptor_.close(); }

private:
    static int open() {
        sigset_t set;
        ::sigemptyset(&set);
        for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) ::sigaddset(&set, signal);
        ::sigprocmask(SIG_BLOCK, &set, nullptr);
        return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    }

    void wait() {
        descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
            if (error) return;
            signalfd_siginfo info{};
            while (descriptor_.is_open() && ::read(descriptor_.native_handle(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
                heard_(static_cast<int>(info.ssi_signo), info.ssi_code == SI_KERNEL);
            }
            if (descriptor_.is_open()) wait();
        });
    }

    asio::posix::stream_descriptor descriptor_;
    std::function<void(int, bool)> heard_;
};

/// What the pipeline says that it makes. A file that cannot be read says nothing.
std::vector<std::string> made_by(const std::string& file) {
    const config::LoadResult loaded = config::load_file(file);
    std::vector<std::string> patterns;
    for (const PipelineStage& stage : loaded.pipeline.stages) {
        for (const PipelineJob& job : stage.jobs) {
            for (const auto* const list : {&job.artifacts, &job.junit_reports}) {
                for (const std::string& pattern : *list) {
                    const fs::path path = (fs::path(job.working_directory) / pattern).lexically_normal();
                    if (path.native().find('$') == std::string::npos && path.is_relative()) patterns.push_back(path.string());
                }
            }
        }
    }
    return patterns;
}

std::vector<std::string> run_arguments(const Arguments& given) {
    std::vector<std::string> words{"run", given.file};
    words.insert(words.end(), given.run_options.begin(), given.run_options.end());
    return words;
}

class Watcher {
public:
    Watcher(const Arguments& given, std::vector<std::string> ignored, WatchPolicy policy, Console& console)
        : given_(given),
          console_(console),
          git_(given.no_gitignore ? nullptr : std::make_unique<GitIgnore>(fs::current_path())),
          filter_(given.paths, std::move(ignored), [this](const std::string& path) { return git_ && git_->ignores(path); }),
          policy_(policy),
          signals_(context_, [this](int signal, bool is_from_terminal) { on_signal(signal, is_from_terminal); }),
          timer_(context_),
          files_(context_, fs::current_path(), filter_, [this](const std::string& path) { on_change(path); }) {
        files_.add_file(fs::absolute(given.file).lexically_normal(), given.file);
    }

    int watch() {
        say("watching " + std::to_string(files_.folder_count()) + (files_.folder_count() == 1 ? " folder" : " folders") + "; Ctrl-C ends");
        start();
        context_.run();
        return *status_;
    }

private:
    void say(const std::string& text) {
        console_.complain(text);
        console_.err.flush();  // the child writes to the same place
    }

    void start() {
        policy_.run_started();
        run_ = std::make_unique<ChildRun>(context_, run_arguments(given_), [this](int status) { on_end(status); });
    }

    void on_end(int status) {
        files_.read_now();  // what the run has written is its own
        policy_.run_ended();
        if (ending_by_) return end(128 + *ending_by_);
        if (status == exit_usage) return end(status);
        if (!policy_.deadline()) say(status == 0 ? "waiting for a change" : "waiting for a change; exit status " + std::to_string(status));
        decide();
    }

    void on_change(const std::string& path) {
        if (git_ && (path.empty() || GitIgnore::decides(path))) {
            git_->read_anew();
            files_.look_again();
        }
        const bool counts = policy_.changed(path, std::chrono::steady_clock::now());
        if (!counts && told_of_.insert(path).second) say(printable(path) + ": written by the run itself, it seems; does not count (--ignore says so for good)");
        if (counts) decide();
    }

    void on_signal(int signal, bool is_from_terminal) {
        if (!ending_by_) ending_by_ = signal;
        if (!policy_.is_running()) return end(128 + signal);
        if (!is_from_terminal) run_->send(signal);
    }

    void decide() {
        if (ending_by_ || status_) return;
        switch (policy_.next(std::chrono::steady_clock::now())) {
            case WatchPolicy::Action::start:
                say((policy_.last_change().empty() ? std::string("many files") : printable(policy_.last_change())) + " changed: running again");
                start();
                break;
            case WatchPolicy::Action::stop:
                say(printable(policy_.last_change()) + " changed: ending this run");
                run_->send(SIGTERM);
                break;
            case WatchPolicy::Action::none: break;
        }
        timer_.cancel();
        const auto deadline = policy_.deadline();
        if (!deadline) return;
        timer_.expires_at(*deadline);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) decide();
        });
    }

    void end(int status) {
        status_ = status;
        timer_.cancel();
        signals_.close();
        files_.close();
    }

    const Arguments& given_;
    Console& console_;
    std::unique_ptr<GitIgnore> git_;
    WatchFilter filter_;
    WatchPolicy policy_;
    asio::io_context context_{1};
    EndingSignals signals_;
    asio::steady_timer timer_;
    FileWatch files_;
    std::unique_ptr<ChildRun> run_;
    std::set<std::string> told_of_;
    std::optional<int> ending_by_;
    std::optional<int> status_;  // of the program, once it is to end
};

int watch(const Arguments& given, Console& console) {
    if (given.file == "-") throw UsageError("standard input cannot be watched");
    if (given.file.empty()) throw UsageError("FILE is empty");
    if (std::error_code error; fs::is_directory(given.file, error)) {
        throw UsageError("'" + printable(given.file) + "' is a directory: FILE is a pipeline file, whose directory is watched with it");
    }
    check_command_line(run_arguments(given));
    const auto mode = require_one_of("--on-change", given.on_change, std::vector<std::string>{"queue", "restart"});
    const auto debounce = parse_duration("--debounce", given.debounce);
    std::vector<std::string> ignored = given.ignored;
    for (std::string& pattern : made_by(given.file)) ignored.push_back(std::move(pattern));
    const WatchPolicy policy(debounce, mode == "restart" ? WatchPolicy::OnChange::restart : WatchPolicy::OnChange::queue);
    return Watcher(given, std::move(ignored), policy, console).watch();
}

}  // namespace

void add_watch(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("watch", "Run a pipeline again whenever files change");
    command->add_option("FILE", given->file, "The pipeline file; it is watched, too")->required()->type_name("");
    command->add_option("RUN_OPTIONS", given->run_options, "After --: options for each kahn run")->type_name("");
    command->add_option("--path", given->paths, "Only files that match, below this directory; may be repeated (default: any)")->type_name("GLOB")->allow_extra_args(false);
    command->add_option("--ignore", given->ignored, "Not files or folders that match; may be repeated")->type_name("GLOB")->allow_extra_args(false);
    command->add_flag("--no-gitignore", given->no_gitignore, "Files that git ignores count, too");
    command->add_option("--debounce", given->debounce, "How long nothing has to change before a run (default 200ms)")->type_name("DURATION");
    command->add_option("--on-change", given->on_change, "A change during a run: queue (default) one more run, or restart it")->type_name("MODE");
    command->footer(
        "Never watched: what git ignores (in a repository, with git installed), folders of version control, .kahn, build and\n"
        "build-*, cmake-build-*, target, node_modules, caches, what editors leave, and the artifacts and reports that the\n"
        "pipeline names. A file that changes during two runs in a row is written by the runs themselves: it does not count any\n"
        "more, until something changes while nothing runs. A pipeline file that is not valid is reported, and the next change\n"
        "waited for.\n\n"
        "Examples:\n"
        "  kahn watch ci.yaml\n"
        "  kahn watch ci.yaml --path 'src/**' --path 'test/**' --on-change restart\n"
        "  kahn watch ci.yaml -- --stage test --fail-fast");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return watch(*given, console); }; });
}

}  // namespace kahn::app
