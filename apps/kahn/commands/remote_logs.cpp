#include "command.hpp"
#include "exit_code.hpp"
#include "option_checks.hpp"
#include "output.hpp"
#include "remote_file_session.hpp"
#include "remote_session.hpp"
#include "usage_error.hpp"

#include "base/files.hpp"
#include "base/text.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace kahn::app {

void add_remote_options(CLI::App* command, RemoteArguments& given);
void add_remote_logs(CLI::App& remote, Action& chosen);

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace json = boost::json;

struct Arguments {
    RemoteArguments server;
    std::int64_t run_id = 0;
    std::int64_t job_id = 0;
    std::string to;
    bool follows = false;
    bool failed_only = false;
};
using Given = std::shared_ptr<Arguments>;

/// A log as it is, or, for a person, without what would steer the terminal.
void write_log(const std::string& text, Console& console) {
    if (::isatty(STDOUT_FILENO) == 0) return console.out.write(text);
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        console.out.write(printable(std::string_view(text).substr(at, end - at)) + "\n");
        at = end + 1;
    }
}

asio::awaitable<remote::Result<bool>> pause() {
    constexpr std::chrono::seconds between_looks{2};
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, between_looks);
    co_await timer.async_wait(asio::use_awaitable);
    co_return true;
}

std::string read_log(const fs::path& file) {
    constexpr std::size_t largest = 1U << 30;
    return read_regular_file(file, largest);
}

/// Prints the logs of jobs that have ended, each once.
class LogPrinter {
public:
    LogPrinter(FileSession& session, remote::Repository repository, const Given& given, Console& console)
        : session_(session), repository_(std::move(repository)), given_(given), console_(console) {}

    /// Of all that have ended by now. Nothing: go on; else the exit status of what failed.
    std::optional<int> print_new(bool is_last_look) {
        const auto jobs = session_.run(session_.client().jobs(repository_, given_->run_id));
        if (!jobs) return session_.fail(jobs.failure(), given_->run_id);
        for (const remote::WorkflowJob& job : jobs.value()) {
            const bool is_wanted = job.status == "completed" && job.conclusion != "skipped" && (!given_->failed_only || job.conclusion != "success");
            if (!is_wanted || printed_.contains(job.id)) continue;
            const fs::path file = folder_.path() / std::to_string(job.id);
            const auto log = session_.run(session_.client().download_job_log(repository_, job.id, file));
            // A log comes a moment later than its job's end.
            if (!log && log.failure().kind == remote::ErrorKind::not_found && !is_last_look) continue;
            if (!log) return session_.fail(log.failure(), given_->run_id);
            printed_.insert(job.id);
            print(job, read_log(file));
            fs::remove(file);
        }
        return std::nullopt;
    }

private:
    void print(const remote::WorkflowJob& job, const std::string& log) {
        if (given_->server.as_json) {
            json::object row;
            row["job_id"] = job.id;
            row["name"] = job.name;
            row["conclusion"] = job.conclusion;
            row["log"] = is_utf8(log) ? log : printable(log);
            console_.out.write(json::serialize(row) + "\n");
        } else {
            console_.out.write("== " + printable(job.name) + " (" + printable(job.conclusion) + ") ==\n");
            write_log(log.empty() || log.ends_with('\n') ? log : log + "\n", console_);
        }
        console_.out.flush_some();
    }

    FileSession& session_;
    remote::Repository repository_;
    Given given_;
    Console& console_;
    TemporaryFolder folder_;
    std::set<std::int64_t> printed_;
};

int print_logs(const Given& given, const remote::Repository& repository, Console& console) {
    FileSession session(given->server, console);
    LogPrinter printer(session, repository, given, console);
    for (;;) {
        // First the run: once it has ended, its list of jobs is the last one.
        const auto run = session.run(session.client().run(repository, given->run_id));
        if (!run) return session.fail(run.failure(), given->run_id);
        const bool is_last_look = !given->follows || run.value().status == "completed";
        if (const auto failed = printer.print_new(is_last_look)) return *failed;
        if (is_last_look) return exit_success;
        const auto paused = session.run(pause());
        if (!paused) return session.signal_status();
    }
}

int logs(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    const bool is_of_one_file = given->job_id != 0 || !given->to.empty();
    if (is_of_one_file && (given->follows || given->failed_only)) throw UsageError("--follow and --failed print the logs of a run's jobs: without --job and --output");
    if (!is_of_one_file) return print_logs(given, repository, console);
    FileSession session(given->server, console);
    const TemporaryFolder folder;
    const fs::path file = given->to.empty() ? folder.path() / "log" : fs::path(given->to);
    const auto download = session.run(given->job_id != 0 ? session.client().download_job_log(repository, given->job_id, file)
                                                         : session.client().download_run_logs(repository, given->run_id, file));
    if (!download) return session.fail(download.failure(), given->run_id);
    if (!given->server.as_json) {
        if (given->to.empty()) write_log(read_log(file), console);
        return exit_success;
    }
    json::object row;
    if (given->to.empty()) {
        const std::string log = read_log(file);
        row["job_id"] = given->job_id;
        row["log"] = is_utf8(log) ? log : printable(log);
    } else {
        row["path"] = download.value().path.string();
    }
    row["bytes"] = static_cast<std::int64_t>(download.value().bytes);
    row["sha256"] = download.value().sha256;
    row["digest_checked"] = download.value().digest_checked;
    console.out.write(json::serialize(row) + "\n");
    return exit_success;
}

}  // namespace

void add_remote_logs(CLI::App& remote, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = remote.add_subcommand("logs", "Print the logs of a run's jobs, or fetch them as an archive");
    command->add_option("REPO", given->server.repository, "The repository, OWNER/NAME")->required()->type_name("");
    command->add_option("RUN", given->run_id, "The run's id")->required()->type_name("")->check(id_number);
    add_remote_options(command, given->server);
    command->add_flag("-f,--follow", given->follows, "Print each job's log as soon as the job has ended, until the run has");
    command->add_flag("--failed", given->failed_only, "Only of jobs that did not succeed");
    command->add_option("--job", given->job_id, "Only of this job, by its id as `kahn remote jobs` lists it")->type_name("ID")->check(id_number);
    command->add_option("-o,--output", given->to, "Write to this file, which must not exist: a job's log, or all of the run as a zip archive")->type_name("FILE");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return logs(given, console); }; });
}

}  // namespace kahn::app
