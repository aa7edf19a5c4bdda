#include <kahn/model/attempt.hpp>
#include <kahn/model/exit_status.hpp>
#include <kahn/model/status.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace kahn {
namespace {

AttemptOutcome outcome(AttemptEnd end, std::string message = {}) {
    AttemptOutcome result;
    result.end = end;
    result.message = std::move(message);
    return result;
}
AttemptOutcome exited(int code, std::string message = {}) {
    AttemptOutcome result = outcome(AttemptEnd::exited, std::move(message));
    result.exit_code = code;
    return result;
}
AttemptOutcome signaled(int signal, std::string message = {}) {
    AttemptOutcome result = outcome(AttemptEnd::signaled, std::move(message));
    result.signal = signal;
    return result;
}

Pipeline ended(PipelineStatus status, Reason reason = {}) {
    Pipeline run;
    run.status = status;
    run.reason = std::move(reason);
    return run;
}

BOOST_AUTO_TEST_SUITE(results)

BOOST_AUTO_TEST_CASE(every_status_word_is_read_back) {
    for (const std::string_view word : {"pending", "running", "success", "failure", "cancelled", "skipped"}) {
        const auto status = parse_status(word);
        BOOST_REQUIRE(status.has_value());
        BOOST_TEST(to_string(*status) == word);
        BOOST_TEST(is_end(*status) == (word != "pending" && word != "running"));
    }
    BOOST_TEST(!parse_status("Success"));
    BOOST_TEST(!parse_status(""));
}

BOOST_AUTO_TEST_CASE(every_containment_word_is_read_back) {
    for (const std::string_view word : {"none", "cgroup2", "subreaper", "session"}) {
        BOOST_REQUIRE(parse_containment(word).has_value());
        BOOST_TEST(to_string(*parse_containment(word)) == word);
    }
    BOOST_TEST(!parse_containment("docker"));
}

BOOST_AUTO_TEST_CASE(a_reason_is_its_code_and_its_detail) {
    BOOST_TEST(Reason().text() == "");
    BOOST_TEST(!Reason());
    BOOST_TEST(Reason(Reason::Code::timeout).text() == "timeout");
    BOOST_TEST(Reason(Reason::Code::upstream_failed, "build").text() == "upstream_failed: build");
}

BOOST_AUTO_TEST_CASE(every_reason_has_a_name_of_its_own) {
    std::vector<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(Reason::Code::internal); ++i)
        names.push_back(to_string(static_cast<Reason::Code>(i)));
    for (const std::string_view name : names) {
        BOOST_TEST(name != "unknown");
        BOOST_TEST(std::count(names.begin(), names.end(), name) == 1);
    }
}

BOOST_AUTO_TEST_CASE(an_exit_is_described_by_its_code) {
    BOOST_TEST(describe(exited(3)) == "exit 3");
    BOOST_TEST(describe(exited(127, "/bin/x: No such file or directory")) ==
               "exit 127: /bin/x: No such file or directory");
    BOOST_TEST(exited(0).succeeded());
    BOOST_TEST(!exited(1).succeeded());
    BOOST_TEST(!outcome(AttemptEnd::exited).succeeded());  // without a code nothing is known
}

BOOST_AUTO_TEST_CASE(P02_a_signal_is_described_by_number_and_name) {
    BOOST_TEST(describe(signaled(11)) == "signal 11 (SIGSEGV)");
    BOOST_TEST(describe(signaled(9)) == "signal 9 (SIGKILL)");
    BOOST_TEST(describe(signaled(13)) == "signal 13 (SIGPIPE)");
    BOOST_TEST(describe(signaled(77)) == "signal 77");
    BOOST_TEST(signal_name(15) == "SIGTERM");
    BOOST_TEST(signal_name(77) == "signal 77");
    BOOST_TEST(!signaled(11).succeeded());
}

BOOST_AUTO_TEST_CASE(P25_a_job_that_was_killed_for_memory_says_so) {
    BOOST_TEST(describe(signaled(9, "out of memory")) == "killed by SIGKILL (out of memory)");
}

BOOST_AUTO_TEST_CASE(every_other_end_is_described_too) {
    BOOST_TEST(describe(outcome(AttemptEnd::not_started, "exec /x: Permission denied")) ==
               "exec /x: Permission denied");
    BOOST_TEST(describe(outcome(AttemptEnd::not_started)) == "could not be started");
    BOOST_TEST(describe(outcome(AttemptEnd::status_lost)) == "exit status lost");
    BOOST_TEST(describe(outcome(AttemptEnd::unkillable, "pid 7")) == "unkillable: pid 7");
    AttemptOutcome stopped = outcome(AttemptEnd::stopped);
    BOOST_TEST(describe(stopped) == "stopped");
    stopped.exit_code = 143;
    BOOST_TEST(describe(stopped) == "stopped (exit 143)");
    stopped.signal = 15;
    BOOST_TEST(describe(stopped) == "stopped by SIGTERM");
    BOOST_TEST(!stopped.succeeded());
}

BOOST_AUTO_TEST_CASE(the_exit_status_of_a_run_says_how_it_ended) {
    BOOST_TEST(exit_status(ended(PipelineStatus::success)) == 0);
    BOOST_TEST(exit_status(ended(PipelineStatus::failure, Reason(Reason::Code::job_failed, "x"))) == 1);
    BOOST_TEST(exit_status(ended(PipelineStatus::failure, Reason(Reason::Code::timeout))) == 124);
    BOOST_TEST(exit_status(ended(PipelineStatus::failure, Reason(Reason::Code::invalid_config, "x"))) == 3);
    BOOST_TEST(exit_status(ended(PipelineStatus::failure, Reason(Reason::Code::internal, "x"))) == 70);
    BOOST_TEST(exit_status(ended(PipelineStatus::failure, Reason(Reason::Code::workspace_unusable, "x"))) == 74);
}

BOOST_AUTO_TEST_CASE(the_exit_status_of_a_cancelled_run_is_that_of_the_signal) {
    const auto of = [](std::string detail) {
        return exit_status(ended(PipelineStatus::cancelled, Reason(Reason::Code::cancelled, std::move(detail))));
    };
    BOOST_TEST(of("SIGINT") == 130);
    BOOST_TEST(of("SIGTERM") == 143);
    BOOST_TEST(of("SIGHUP") == 129);
    BOOST_TEST(of("SIGQUIT") == 131);
    BOOST_TEST(of("") == 130);
    BOOST_TEST(of("somebody") == 130);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
