// Jobs that are C++ coroutines beside jobs that are commands, in one pipeline: they hand values to each other, and an observer
// tells what happens.
//
//     mixed [DIRECTORY]      # to work in, and to keep `.kahn/` in; the current one without an argument

#include <kahn/manager/pipeline_builder.hpp>
#include <kahn/manager/pipeline_manager.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>

using namespace std::chrono_literals;
namespace asio = boost::asio;

//[native
/// A native job: reads what a command wrote, uses a value that it handed on, hands on one of its own. What it throws is the
/// job's failure, with that text as the reason.
asio::awaitable<int> longest_line(kahn::JobContext job) {
    const std::string name = job.variable("WORDS").value();
    std::ifstream file(job.working_directory() / name);
    if (!file) throw std::runtime_error("cannot read " + name);
    std::string longest;
    for (std::string line; std::getline(file, line);) {
        if (line.size() > longest.size()) longest = line;
    }
    job.log("the longest line of " + name + " is '" + longest + "'");
    job.set_output("LONGEST", longest);
    co_return 0;
}
//]

/// One that fails at first. It waits as everything in Asio does: a timeout of the job, or the end of the run, cancels the wait.
asio::awaitable<int> warm_up(kahn::JobContext job) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, 10ms);
    co_await timer.async_wait(asio::use_awaitable);
    job.log("attempt " + std::to_string(job.attempt()));
    co_return job.attempt() == 1 ? 75 : 0;
}

//[pipeline
kahn::Pipeline mixed() {
    using kahn::JobBuilder;
    using kahn::StageBuilder;
    return kahn::PipelineBuilder("mixed")
        .stage(StageBuilder("prepare")
            .job(JobBuilder("words").command("printf 'a\\nlittle\\nkahn\\n' > words.txt")
                                    .command("echo WORDS=words.txt >> $KAHN_OUTPUT"))
            .job(JobBuilder("warm-up").native(warm_up).retry(2, 10ms).timeout(1min)))
        .stage(StageBuilder("measure").after("prepare")
            .job(JobBuilder("longest").native(longest_line).after("prepare.words")))
        .stage(StageBuilder("tell").after("measure")
            .job(JobBuilder("say").command("echo \"$LONGEST it is\"").after("measure.longest")))
        .stage(StageBuilder("in-trouble").after("tell").when("failure()")
            .job(JobBuilder("cry").command("echo 'something failed'")))
        .build();
}
//]

/// Called for every event, in order, before the run goes on.
class Narrator final : public kahn::Observer {
public:
    void on_event(const kahn::Event& event) override {
        if (const auto* const output = std::get_if<kahn::event::JobOutput>(&event.what)) {
            std::cout << output->job.name << " | " << output->text;
        } else if (const auto* const retried = std::get_if<kahn::event::JobRetried>(&event.what)) {
            std::cout << retried->job.name << ": " << retried->attempt.reason.detail() << ", once more\n";
        } else if (const auto* const finished = std::get_if<kahn::event::JobFinished>(&event.what)) {
            std::cout << finished->job.name << ": " << kahn::to_string(finished->job.status) << '\n';
        }
    }
};

int main(int argc, char** argv) {
    if (argc > 2) {
        std::cerr << "usage: mixed [DIRECTORY]\n";
        return 2;
    }
    kahn::Options options;
    options.workspace_dir = argc == 2 ? argv[1] : ".";
    kahn::RunOptions run;
    run.working_directory = options.workspace_dir;
    run.observers = {std::make_shared<Narrator>()};

    kahn::PipelineManager manager(options);
    const kahn::Pipeline done = manager.run_pipeline(mixed(), run);
    std::cout << "mixed: " << kahn::to_string(done.status) << '\n';
    return done.status == kahn::PipelineStatus::success ? 0 : 1;
}
