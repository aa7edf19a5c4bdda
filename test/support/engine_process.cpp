// A process that is an engine, for the tests that kill one or run one as somebody else.
//   engine_process RUNG USER DIRECTORY MARKER COMMAND...
// USER 0 stays who it is. Tells its containment, then what the attempt prints, then how it ended.
#include "process/supervisor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

class Printer final : public kahn::AttemptListener {
public:
    void on_command(std::size_t, int) noexcept override {}
    void on_output(kahn::OutputStream, std::uint64_t, std::string_view text) noexcept override {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }
};

int run(int count, char** arguments) {
    if (count < 6) return 2;
    kahn::ProcessOptions options;
    options.guard = KAHN_GUARD;
    options.strongest_containment = kahn::parse_containment(arguments[1]).value();
    const auto user = static_cast<uid_t>(std::atoi(arguments[2]));
    if (user != 0 && (::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0)) return 3;

    const auto supervisor = kahn::process::Supervisor::create(options, kahn::Logger());
    const kahn::ContainmentReport report = supervisor->containment();
    std::printf("containment %s\n", std::string(to_string(report.containment)).c_str());
    for (const std::string& note : report.notes) std::printf("note %s\n", note.c_str());
    std::fflush(stdout);

    kahn::process::AttemptSpec spec;
    spec.working_directory = arguments[3];
    spec.environment = {arguments[4], "PATH=/usr/bin:/bin"};
    for (int i = 5; i < count; ++i) spec.commands.emplace_back(arguments[i]);
    boost::asio::io_context loop;
    auto on_end = [](std::exception_ptr failure, const kahn::AttemptOutcome& outcome) {
        if (failure) std::rethrow_exception(failure);
        std::printf("ended %s\n", describe(outcome).c_str());
    };
    boost::asio::co_spawn(loop, run_attempt(supervisor, spec, std::make_shared<Printer>()), on_end);
    loop.run();
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    ::alarm(60);  // whatever becomes of the test
    for (const int number : {SIGSEGV, SIGABRT}) ::signal(number, SIG_DFL);  // a sanitizer would have much to say
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    try {
        return run(count, arguments);
    } catch (const std::exception& error) {
        std::printf("failed %s\n", error.what());
        return 1;
    }
}
