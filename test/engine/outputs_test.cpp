#include "engine/job_outputs.hpp"

#include "engine/run_fixture.hpp"

#include <kahn/base/error.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <fstream>

using namespace kahn;
using namespace kahn::test;

namespace {

auto says(std::string part) {
    return [part = std::move(part)](const Error& error) {
        BOOST_TEST_MESSAGE("it said: " << error.what());
        return std::string(error.what()).find(part) != std::string::npos;
    };
}

/// Its jobs write what is written down for them to the file that they are given.
class WritingExecutor final : public Executor {
public:
    std::map<std::string, std::string> writes;
    std::vector<AttemptRequest> requests;

    boost::asio::awaitable<AttemptOutcome> run(AttemptRequest request, std::shared_ptr<AttemptListener>) override {
        return play(this, std::move(request));
    }
    void kill_all(std::chrono::milliseconds) noexcept override {}

    const Variables& environment_of(const std::string& job) const {
        for (const AttemptRequest& request : requests) {
            if (request.job.name == job) return request.environment;
        }
        throw std::runtime_error("no request of " + job);
    }

private:
    static boost::asio::awaitable<AttemptOutcome> play(WritingExecutor* self, AttemptRequest request) {
        const auto found = self->writes.find(request.job.name);
        if (found != self->writes.end()) std::ofstream(request.environment.at("KAHN_OUTPUT")) << found->second;
        self->requests.push_back(request);
        AttemptOutcome outcome;
        outcome.exit_code = request.job.commands.at(0) == "fail" ? 1 : 0;
        co_return outcome;
    }
};

struct Writing {
    TemporaryDirectory workspace;
    boost::asio::io_context context{1};
    std::shared_ptr<WritingExecutor> executor = std::make_shared<WritingExecutor>();
    Pipeline result;

    const Pipeline& run(Pipeline definition, RunOptions options = RunOptions()) {
        EngineOptions engine_options;
        engine_options.executor = executor;
        Engine engine(std::move(engine_options), workspace.path(), Logger());
        options.branch = "main";
        options.working_directory = workspace.path();
        auto prepared = engine.prepare(std::move(definition), options);
        auto work = engine.run(context.get_executor(), std::move(prepared), std::move(options), std::make_shared<RunControl>());
        boost::asio::co_spawn(context, std::move(work), [this](const std::exception_ptr& failure, Pipeline finished) {
            if (failure) std::rethrow_exception(failure);
            result = std::move(finished);
        });
        context.restart();
        context.run();
        return result;
    }
};

boost::asio::awaitable<std::optional<PipelineJob>> answer_for_a(std::vector<std::string>* asked, ReuseQuestion question) {
    asked->push_back(question.job.name + (question.job.digest.empty() ? " without a digest" : ""));
    if (question.job.name != "a") co_return std::nullopt;
    PipelineJob recorded;
    recorded.outputs = {{"X", "recorded"}};
    recorded.reused_from = "01OLD";
    co_return recorded;
}

boost::asio::awaitable<std::optional<PipelineJob>> answer_that_throws() {
    co_await boost::asio::this_coro::executor;
    throw Error(Errc::internal, "it broke");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(job_outputs)

BOOST_AUTO_TEST_CASE(lines_and_blocks_are_read) {
    const Variables values = parse_outputs("A=1\n\nB=with = and << in it\nEMPTY=\nTEXT<<END\none\n\n two\nEND\nA=2\nNONE<<X\nX\nLAST=no newline");
    const Variables expected{{"A", "2"}, {"B", "with = and << in it"}, {"EMPTY", ""}, {"TEXT", "one\n\n two"}, {"NONE", ""}, {"LAST", "no newline"}};
    BOOST_TEST((values == expected));
    BOOST_TEST(parse_outputs("").empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_output_is_refused_with_its_line) {
    BOOST_CHECK_EXCEPTION(parse_outputs("A=1\njust words\n"), Error, says("line 2: 'just words' is neither"));
    BOOST_CHECK_EXCEPTION(parse_outputs("1A=1\n"), Error, says("line 1: '1A' is no name"));
    BOOST_CHECK_EXCEPTION(parse_outputs("=1\n"), Error, says("is no name"));
    BOOST_CHECK_EXCEPTION(parse_outputs("A B=1\n"), Error, says("is no name"));
    BOOST_CHECK_EXCEPTION(parse_outputs("KAHN_RUN_ID=1\n"), Error, says("kahn's own"));
    BOOST_CHECK_EXCEPTION(parse_outputs("A<<END\nx\n"), Error, says("line 1: the value of 'A' is not ended by a line 'END'"));
    BOOST_CHECK_EXCEPTION(parse_outputs("A<<\nx\n"), Error, says("no word that ends"));
    BOOST_CHECK_EXCEPTION(parse_outputs(std::string("A=\0\n", 4)), Error, says("NUL"));
    BOOST_CHECK_EXCEPTION(parse_outputs(std::string("A<<E\n\0\nE\n", 9)), Error, says("NUL"));
}

BOOST_AUTO_TEST_CASE(the_file_is_taken_once_and_only_a_regular_one) {
    TemporaryDirectory directory;
    const auto file = directory.write("out", "A=1\n");
    BOOST_TEST(take_outputs(file).at("A") == "1");
    BOOST_TEST(!std::filesystem::exists(file));
    BOOST_TEST(take_outputs(file).empty());
    directory.write("out", std::string(most_output_bytes + 1, 'x'));
    BOOST_CHECK_EXCEPTION(take_outputs(file), Error, says("more than 1 MiB"));
    std::filesystem::create_symlink("/etc/passwd", file);
    BOOST_CHECK_THROW(take_outputs(file), Error);
    BOOST_TEST_REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    BOOST_CHECK_EXCEPTION(take_outputs(file), Error, says("not a regular file"));
}

BOOST_FIXTURE_TEST_CASE(dependents_see_them_as_variables, Writing) {
    executor->writes["a"] = "VERSION=1.2\nGREETING=from a\n";
    auto b = job("b", {"a"});
    b.environment = {{"TAG", "v${VERSION}"}};
    b.working_directory = "${VERSION}";
    auto other = stage("other", {job("far", {"s.a"}), job("stranger")}, {"s"});
    auto definition = pipeline({stage("s", {job("a"), b}), other});
    definition.variables = {{"GREETING", "from the pipeline"}};
    run(definition);
    BOOST_TEST((result.status == PipelineStatus::success));
    BOOST_TEST((result.stages[0].jobs[0].outputs == Variables{{"GREETING", "from a"}, {"VERSION", "1.2"}}));
    BOOST_TEST(executor->environment_of("b").at("VERSION") == "1.2");
    BOOST_TEST(executor->environment_of("b").at("TAG") == "v1.2");
    BOOST_TEST(executor->environment_of("b").at("GREETING") == "from a");
    BOOST_TEST(executor->requests.at(1).working_directory == workspace / "1.2");
    BOOST_TEST(executor->environment_of("far").at("VERSION") == "1.2");
    BOOST_TEST(!executor->environment_of("stranger").contains("VERSION"));
    BOOST_TEST(executor->environment_of("stranger").at("GREETING") == "from the pipeline");
}

BOOST_FIXTURE_TEST_CASE(a_name_that_no_output_defines_fails_the_job_when_it_starts, Writing) {
    auto b = job("b", {"a"});
    b.environment = {{"TAG", "v${VERSION}"}};
    run(pipeline({stage("s", {job("a"), b})}));
    BOOST_TEST((result.stages[0].jobs[1].status == PipelineStatus::failure));
    BOOST_TEST(result.stages[0].jobs[1].reason.text().find("VERSION") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(outputs_that_cannot_be_understood_fail_the_job, Writing) {
    executor->writes["a"] = "no output\n";
    run(pipeline({stage("s", {job("a"), job("b", {"a"})})}));
    BOOST_TEST(result.stages[0].jobs[0].reason.text() == "outputs: KAHN_OUTPUT, line 1: 'no output' is neither NAME=value nor NAME<<END");
    BOOST_TEST((result.stages[0].jobs[1].status == PipelineStatus::skipped));
}

BOOST_FIXTURE_TEST_CASE(a_job_that_failed_has_no_outputs, Writing) {
    executor->writes["a"] = "A=1\n";
    auto a = job("a");
    a.commands = {"fail"};
    a.allow_failure = true;
    run(pipeline({stage("s", {a, job("b", {"a"})})}));
    BOOST_TEST(result.stages[0].jobs[0].outputs.empty());
    BOOST_TEST(!executor->environment_of("b").contains("A"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(job_digests, Writing)

BOOST_AUTO_TEST_CASE(the_same_definition_has_the_same_digest_in_every_run) {
    const auto definition = pipeline({single("a"), single("b", {"a"})});
    const std::string first = run(definition).stages[1].jobs[0].digest;
    BOOST_TEST(first.size() == 64U);
    BOOST_TEST(run(definition).stages[1].jobs[0].digest == first);
}

BOOST_AUTO_TEST_CASE(what_decides_a_job_changes_its_digest_and_nothing_else_does) {
    const auto digest = [this](auto&& change) {
        Pipeline definition = pipeline({stage("s", {job("first"), job("j")}), stage("t", {job("k", {"s.first"})}, {"s"})});
        change(definition);
        run(definition);
        return result.stages[1].jobs[0].digest;
    };
    const std::string plain = digest([](Pipeline&) {});
    const auto changes = [&](auto&& change) { return digest(change) != plain; };
    BOOST_TEST(changes([](Pipeline& p) { p.stages[1].jobs[0].commands = {"other"}; }));
    BOOST_TEST(changes([](Pipeline& p) { p.stages[1].jobs[0].environment = {{"A", "1"}}; }));
    BOOST_TEST(changes([](Pipeline& p) { p.stages[1].environment = {{"A", "1"}}; }));
    BOOST_TEST(changes([](Pipeline& p) { p.variables = {{"A", "1"}}; }));
    BOOST_TEST(changes([](Pipeline& p) { p.stages[1].jobs[0].working_directory = "elsewhere"; }));
    BOOST_TEST(changes([](Pipeline& p) { p.stages[1].jobs[0].artifacts = {"*.o"}; }));
    BOOST_TEST(changes([](Pipeline& p) { p.stages[0].jobs[1].commands = {"other"}; }));  // of a job before it
    BOOST_TEST(changes([this](Pipeline&) { executor->writes["first"] = "X=1\n"; }));
    executor->writes.clear();
    BOOST_TEST(!changes([](Pipeline& p) { p.stages[1].jobs[0].timeout = std::chrono::seconds{1}; }));
    BOOST_TEST(!changes([](Pipeline& p) { p.stages[1].jobs[0].retry_count = 3; }));
    BOOST_TEST(!changes([](Pipeline& p) { p.description = "other"; }));
}

BOOST_AUTO_TEST_CASE(no_two_lists_look_alike) {
    AttemptRequest a;
    AttemptRequest b;
    a.job.commands = {"ab", "c"};
    b.job.commands = {"a", "bc"};
    BOOST_TEST(job_digest(a, "") != job_digest(b, ""));
    b = a;
    b.environment["KAHN_RUN_ID"] = "another";
    BOOST_TEST(job_digest(a, "") == job_digest(b, ""));
    BOOST_TEST(job_digest(a, "x") != job_digest(a, ""));
}

BOOST_AUTO_TEST_CASE(a_workflow_is_told_by_all_that_it_is_given) {
    AttemptRequest plain;
    GithubWorkflow& workflow = plain.job.github.emplace();
    workflow.repo = "acme/rocket";
    workflow.workflow = "ci.yml";
    const auto changes = [&plain](auto change) {
        AttemptRequest other = plain;
        change(*other.job.github);
        return job_digest(other, "") != job_digest(plain, "");
    };
    BOOST_TEST(!changes([](GithubWorkflow&) {}));
    BOOST_TEST(changes([](GithubWorkflow& its) { its.repo = "acme/sled"; }));
    BOOST_TEST(changes([](GithubWorkflow& its) { its.workflow = "cd.yml"; }));
    BOOST_TEST(changes([](GithubWorkflow& its) { its.ref = "main"; }));
    BOOST_TEST(changes([](GithubWorkflow& its) { its.inputs["a"] = ""; }));
    BOOST_TEST(changes([](GithubWorkflow& its) { its.wait = false; }));
    AttemptRequest none = plain;
    none.job.github.reset();
    BOOST_TEST(job_digest(none, "") != job_digest(plain, ""));
}

BOOST_AUTO_TEST_CASE(a_recorded_success_stands_for_a_job) {
    const auto events = std::make_shared<EventRecorder>();
    RunOptions options;
    options.observers = {events};
    std::vector<std::string> asked;
    options.reuse = [&asked](ReuseQuestion question) { return answer_for_a(&asked, std::move(question)); };
    run(pipeline({stage("s", {job("a"), job("b", {"a"})})}), options);
    BOOST_TEST((result.status == PipelineStatus::success));
    BOOST_TEST(asked == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
    BOOST_TEST(executor->requests.size() == 1U);
    BOOST_TEST(executor->environment_of("b").at("X") == "recorded");
    BOOST_TEST(result.stages[0].jobs[0].reused_from == "01OLD");
    BOOST_TEST(result.stages[0].jobs[0].attempts.empty());
    BOOST_TEST(!events->has("job_started s.a 1"));
    BOOST_TEST(events->has("job_finished s.a success"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_throws_is_a_warning_and_the_job_runs) {
    RunOptions options;
    for (const bool is_at_once : {true, false}) {
        options.reuse = [is_at_once](const ReuseQuestion&) {
            if (is_at_once) throw Error(Errc::internal, "it broke");
            return answer_that_throws();
        };
        run(pipeline({single("a")}), options);
        BOOST_TEST(result.stages[0].jobs[0].warnings.at(0) == "not reused: it broke");
    }
    BOOST_TEST(executor->requests.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
