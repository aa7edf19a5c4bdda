#include <kahn/manager/pipeline_builder.hpp>
#include <kahn/manager/pipeline_manager.hpp>
#include <kahn/manager/rerun.hpp>

#include "support/program.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

Options options_in(const TemporaryDirectory& workspace) {
    Options options;
    options.workspace_dir = workspace.path();
    options.engine.process.grace = 1s;
    return options;
}

PipelineJob run_job(const TemporaryDirectory& workspace, const JobBuilder& job, RunOptions options = RunOptions()) {
    PipelineManager manager(options_in(workspace));
    manager.create_pipeline(PipelineBuilder("p").variable("LEVEL", "7").stage(StageBuilder("s").job(job)).build());
    return manager.run_pipeline("p", std::move(options)).stages.at(0).jobs.at(0);
}

/// An ssh daemon of the test's own on a port of loopback, with keys that are thrown away.
class Sshd {
public:
    /// Empty if it runs.
    const std::string& why_not() const noexcept { return why_not_; }

    Sshd() {
        const std::string program = "/usr/sbin/sshd";
        if (!fs::exists(program) || !fs::exists("/usr/bin/ssh-keygen")) {
            why_not_ = "openssh-server and openssh-client are not installed";
            return;
        }
        std::error_code ignored;
        if (::geteuid() == 0) fs::create_directory("/run/sshd", ignored);  // which its service makes where there are services
        for (const char* const name : {"host", "user"}) {
            const auto made = Program({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", (keys_.path() / name).string()}).run();
            if (made.exit_code != 0) why_not_ = "ssh-keygen: " + made.err;
        }
        if (!why_not_.empty()) return;
        for (int tries = 0; tries < 5 && !is_listening_; ++tries) listen(program);
        if (!is_listening_) why_not_ = "sshd: " + daemon_->err();
    }

    /// Words before a command that runs it over there. \param options of ssh
    std::vector<std::string> words(const std::vector<std::string>& options) const {
        std::vector<std::string> all{"ssh", "-F", "/dev/null", "-i", (keys_.path() / "user").string(), "-p", std::to_string(port_)};
        for (const char* const option : {"BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"}) {
            all.emplace_back("-o");
            all.emplace_back(option);
        }
        all.insert(all.end(), options.begin(), options.end());
        all.emplace_back("127.0.0.1");
        all.emplace_back("exec /bin/sh -c ${KAHN_COMMAND}");
        return all;
    }

private:
    void listen(const std::string& program) {
        {
            boost::asio::io_context context;
            const boost::asio::ip::tcp::acceptor free(context, {boost::asio::ip::address_v4::loopback(), 0});
            port_ = free.local_endpoint().port();
        }
        const fs::path config = keys_.path() / "config";
        std::ofstream(config) << "Port " << port_ << "\nListenAddress 127.0.0.1\nHostKey " << (keys_.path() / "host").string()
                              << "\nAuthorizedKeysFile " << (keys_.path() / "user.pub").string()
                              << "\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPidFile none\n";
        daemon_ = std::make_unique<Program>(std::vector<std::string>{program, "-D", "-e", "-f", config.string()});
        daemon_->start();
        is_listening_ = daemon_->read_until([](const Program& it) { return it.err().find("Server listening") != std::string::npos; });
    }

    TemporaryDirectory keys_;
    std::unique_ptr<Program> daemon_;
    unsigned port_ = 0;
    bool is_listening_ = false;
    std::string why_not_;
};

/// Cancels the run once a job has said something.
class CancelWhenSaid final : public Observer {
public:
    explicit CancelWhenSaid(PipelineManager& manager) : manager_(manager) {}
    void on_event(const Event& event) override {
        const auto* output = std::get_if<event::JobOutput>(&event.what);
        if (!output) return;
        said += output->text;
        if (said.find('\n') != std::string::npos) manager_.cancel_pipeline("p");
    }
    std::string said;

private:
    PipelineManager& manager_;
};

bool vanishes(int pid) {
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (fs::exists("/proc/" + std::to_string(pid))) {
        if (std::chrono::steady_clock::now() > limit) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wrapped_jobs)

BOOST_AUTO_TEST_CASE(nice_runs_each_command_with_its_words_expanded) {
    const TemporaryDirectory workspace;
    const PipelineJob job = run_job(workspace, JobBuilder("j").command("nice").command("echo $(nice) \"$LEVEL\"").wrap({"nice", "-n", "${LEVEL}"}));
    BOOST_TEST((job.status == PipelineStatus::success));
    const std::string level = std::to_string(std::min(::getpriority(PRIO_PROCESS, 0) + 7, 19));  // the tests may be nice, too
    BOOST_TEST(job.output == level + "\n" + level + " 7\n");
}

BOOST_AUTO_TEST_CASE(a_wrapper_that_is_not_there_is_a_failure_with_its_name) {
    const TemporaryDirectory workspace;
    const PipelineJob job = run_job(workspace, JobBuilder("j").command("true").wrap({"no-such-wrapper-anywhere", "x"}));
    BOOST_TEST(job.exit_code.value_or(-1) == 127);
    BOOST_TEST(job.reason.text().find("no-such-wrapper-anywhere") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unshare_gives_a_job_a_namespace_of_its_own) {
    if (Program({"unshare", "--uts", "true"}).run().exit_code != 0) {
        BOOST_TEST_MESSAGE("skipped: this machine lets nobody make a namespace");
        return;
    }
    const TemporaryDirectory workspace;
    const std::string own = fs::read_symlink("/proc/self/ns/uts").string();
    const PipelineJob job = run_job(workspace, JobBuilder("j").command("readlink /proc/self/ns/uts").wrap({"unshare", "--uts"}));
    BOOST_TEST(job.output.starts_with("uts:["));
    BOOST_TEST(job.output != own + "\n");
}

BOOST_AUTO_TEST_CASE(ssh_runs_a_command_as_it_is_written_and_ends_it_with_its_terminal) {
    const Sshd sshd;
    BOOST_TEST_REQUIRE(sshd.why_not() == "");
    const TemporaryDirectory workspace;
    const PipelineJob quoted = run_job(workspace, JobBuilder("j").command("printf '%s|' 'a  b' \"it's\" $((6 * 7)); exit 3").wrap(sshd.words({})));
    BOOST_TEST(quoted.output == "a  b|it's|42|");
    BOOST_TEST(quoted.exit_code.value_or(-1) == 3);

    // With a terminal (-tt) the far side hears of the near one's end; without one it would go on.
    PipelineManager manager(options_in(workspace));
    manager.create_pipeline(PipelineBuilder("p")
                                .stage(StageBuilder("s").job(JobBuilder("j").command("echo $$; exec sleep 120").wrap(sshd.words({"-tt"}))))
                                .build());
    const auto canceller = std::make_shared<CancelWhenSaid>(manager);
    RunOptions options;
    options.observers = {canceller};
    const Pipeline run = manager.run_pipeline("p", options);
    BOOST_TEST((run.status == PipelineStatus::cancelled));
    const int far = std::stoi(canceller->said);
    BOOST_TEST(far > 0);
    BOOST_TEST(vanishes(far));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_jobs_leave)

BOOST_AUTO_TEST_CASE(a_job_that_forbids_leftovers_fails_by_them) {
    const TemporaryDirectory workspace;
    const PipelineJob job = run_job(workspace, JobBuilder("j").command("sleep 120 >&- 2>&- &").leftovers(LeftoverPolicy::fail));
    BOOST_TEST((job.status == PipelineStatus::failure));
    BOOST_TEST((job.reason.code() == Reason::Code::leftovers));
    BOOST_TEST(job.reason.detail().find("(sleep)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_kept_serves_later_jobs_and_ends_with_the_manager) {
    const TemporaryDirectory workspace;
    int pid = 0;
    {
        PipelineManager manager(options_in(workspace));
        manager.create_pipeline(
            PipelineBuilder("p")
                .stage(StageBuilder("service").job(JobBuilder("start")
                                                       .command("sleep 120 >&- 2>&- & echo PID=$! > \"$KAHN_OUTPUT\"")
                                                       .leftovers(LeftoverPolicy::keep)))
                .stage(StageBuilder("use").after("service").job(JobBuilder("use").command("kill -0 $PID").after("service.start")))
                .build());
        const Pipeline run = manager.run_pipeline("p");
        BOOST_TEST((run.status == PipelineStatus::success));
        BOOST_TEST(run.stages[0].jobs[0].warnings.at(0).find("kept until kahn ends") != std::string::npos);
        pid = std::stoi(run.stages[0].jobs[0].outputs.at("PID"));
    }
    BOOST_TEST(vanishes(pid));
}

BOOST_AUTO_TEST_CASE(a_command_sees_a_span_of_the_runs_trace) {
    const TemporaryDirectory workspace;
    RunOptions traced;
    traced.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const PipelineJob job = run_job(workspace, JobBuilder("j").command("echo $TRACEPARENT"), traced);
    BOOST_TEST(job.output.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    BOOST_TEST(job.output != traced.traceparent + "\n");
}

BOOST_AUTO_TEST_CASE(every_line_that_a_run_logs_carries_its_id) {
    const TemporaryDirectory workspace;
    std::vector<std::string> lines;
    Options options = options_in(workspace);
    options.log_level = LogLevel::info;
    options.log_sink = [&](LogLevel, std::string_view line) { lines.emplace_back(line); };
    PipelineManager manager(options);
    manager.create_pipeline(PipelineBuilder("p").stage(StageBuilder("s").job(JobBuilder("bad").command("exit 3"))).build());
    lines.clear();
    RunOptions traced;
    traced.traceparent = "nonsense";
    const Pipeline run = manager.run_pipeline("p", traced);
    const std::string prefix = "run " + run.run_id + ": ";
    BOOST_TEST(lines.size() == 4U);
    for (const std::string& line : lines) BOOST_TEST(line.starts_with(prefix), line);
    BOOST_TEST(lines.at(0) == prefix + "TRACEPARENT 'nonsense' is no W3C trace context: a new trace begins");
    BOOST_TEST(lines.at(1).starts_with(prefix + "pipeline 'p' begins, trace "), lines.at(1));
    BOOST_TEST(lines.at(2) == prefix + "job s.bad: failure, exit_code: exit 3");
    BOOST_TEST(lines.at(3) == prefix + "failure, job_failed: s.bad");
}

BOOST_AUTO_TEST_SUITE_END()
