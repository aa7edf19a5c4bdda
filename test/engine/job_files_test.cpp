#include "engine/run_fixture.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace kahn::test {
namespace {

constexpr std::uintmax_t chunk = 256 * 1024;
constexpr int chunks = 64;

/// What else happens on the context while a job's files are being kept: another handler runs between the job's last output and its
/// end, as often as it gets its turn.
struct Meanwhile final : Observer {
    explicit Meanwhile(boost::asio::io_context& context_) : context(context_) {}

    void on_event(const Event& event) override {
        if (std::holds_alternative<event::JobOutput>(event.what)) tick();
        if (std::holds_alternative<event::JobFinished>(event.what)) is_over = true;
    }
    void tick() {
        if (is_over) return;
        ++turns;
        if (each_turn) each_turn();
        boost::asio::post(context, [this] { tick(); });
    }

    boost::asio::io_context& context;
    std::function<void()> each_turn;
    int turns = 0;
    bool is_over = false;
};

struct Large : RunFixture {
    TemporaryDirectory directory;
    std::shared_ptr<Meanwhile> meanwhile = std::make_shared<Meanwhile>(context);

    Large() {
        directory.write("large", "");
        std::filesystem::resize_file(directory / "large", chunks * chunk);
    }
    void begin() {
        Pipeline pipeline;
        pipeline.name = "p";
        pipeline.stages.emplace_back("s");
        pipeline.stages[0].jobs.emplace_back("j", std::vector<std::string>{"true"});
        pipeline.stages[0].jobs[0].artifacts = {"large"};
        RunOptions options;
        options.working_directory = directory.path();
        options.observers = {meanwhile};
        start(std::move(pipeline), std::move(options));
    }
    std::filesystem::path artifacts() const { return workspace / ".kahn/runs" / result->run_id / "artifacts"; }
};

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

BOOST_AUTO_TEST_SUITE(files_of_a_job)

BOOST_FIXTURE_TEST_CASE(others_have_their_turn_while_a_large_artifact_is_copied, Large) {
    begin();
    BOOST_REQUIRE(result.has_value());
    BOOST_TEST(result->status == PipelineStatus::success);
    const PipelineJob& job = job_of(*result, "s");
    BOOST_REQUIRE_EQUAL(job.collected_artifacts.size(), 1U);
    BOOST_TEST(job.collected_artifacts[0].bytes == chunks * chunk);
    // 16 MiB of zeros
    BOOST_TEST(job.collected_artifacts[0].sha256 == "080acf35a507ac9849cfcba47dc2ad83e01b75663a516279c8b9d243b719643e");
    BOOST_TEST(meanwhile->turns >= chunks / 4);
}

BOOST_FIXTURE_TEST_CASE(a_job_that_is_cancelled_while_its_artifacts_are_copied_ends_soon_and_keeps_none, Large) {
    meanwhile->each_turn = [this] {
        if (meanwhile->turns == 3) control->cancel({});
    };
    begin();
    BOOST_REQUIRE(result.has_value());
    BOOST_TEST(result->status == PipelineStatus::cancelled);
    const PipelineJob& job = job_of(*result, "s");
    BOOST_TEST(job.status == PipelineStatus::cancelled);
    BOOST_TEST(job.collected_artifacts.empty());
    BOOST_TEST(std::filesystem::is_empty(artifacts()));
    BOOST_TEST(meanwhile->turns < chunks / 4);
    BOOST_REQUIRE_EQUAL(job.warnings.size(), 1U);
    BOOST_TEST(job.warnings[0].starts_with("its commands had succeeded"));
}

BOOST_AUTO_TEST_CASE(a_context_that_is_destroyed_in_the_middle_of_a_copy_leaves_nothing_open) {
    const std::size_t before = open_descriptors();
    {
        Large large;
        large.meanwhile->each_turn = [&large] {
            if (large.meanwhile->turns == 5) throw std::runtime_error("the host gives up");
        };
        BOOST_CHECK_THROW(large.begin(), std::runtime_error);
        BOOST_TEST(!large.result.has_value());
    }
    BOOST_TEST(open_descriptors() == before);
}

BOOST_FIXTURE_TEST_CASE(test_reports_are_read_file_by_file_and_others_have_their_turn, Large) {
    constexpr int files = 40;
    for (int i = 0; i < files; ++i) directory.write("r" + std::to_string(i) + ".xml", "<testsuite><testcase name=\"t\"/></testsuite>");
    Pipeline pipeline;
    pipeline.name = "p";
    pipeline.stages.emplace_back("s");
    pipeline.stages[0].jobs.emplace_back("j", std::vector<std::string>{"true"});
    pipeline.stages[0].jobs[0].junit_reports = {"*.xml"};
    RunOptions options;
    options.working_directory = directory.path();
    options.observers = {meanwhile};
    start(std::move(pipeline), std::move(options));
    BOOST_REQUIRE(result.has_value());
    BOOST_REQUIRE(job_of(*result, "s").tests.has_value());
    BOOST_TEST(job_of(*result, "s").tests->total == 40U);
    BOOST_TEST(meanwhile->turns >= files / 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::test
