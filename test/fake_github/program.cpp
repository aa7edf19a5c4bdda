// Serves a demonstration repository until it is terminated or its standard input ends.
//
//   fake-github [--ghes VERSION] [--api-port N] [--blob-port N] [--proxy] [--api-host NAME] [--blob-host NAME]
#include "fake_github/fake_github.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/signalfd.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace kahn::testing;
using namespace std::chrono_literals;

struct Arguments {
    FakeOptions options;
    std::string ghes_version;
};

Arguments parse(const std::vector<std::string>& words) {
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        if (word == "--proxy") {
            arguments.options.has_proxy = true;
            continue;
        }
        if (i + 1 == words.size()) throw std::invalid_argument("unknown, or without its value: " + word);
        const auto& value = words[++i];
        if (word == "--ghes") {
            arguments.ghes_version = value;
        } else if (word == "--api-port") {
            arguments.options.api_port = static_cast<std::uint16_t>(std::stoul(value));
        } else if (word == "--blob-port") {
            arguments.options.blob_port = static_cast<std::uint16_t>(std::stoul(value));
        } else if (word == "--api-host") {
            arguments.options.api_host = value;
            arguments.options.html_host = value;
        } else if (word == "--blob-host") {
            arguments.options.blob_host = value;
        } else {
            throw std::invalid_argument("unknown option " + word);
        }
    }
    return arguments;
}

RunPlan demo_plan(bool is_good) {
    RunPlan plan;
    plan.timeline = {TimelinePoint(0ms, "queued"), TimelinePoint(2s, "in_progress"),
                     TimelinePoint(12s, "completed", is_good ? "success" : "failure")};
    JobPlan build("build / linux", 2s, 8s);
    build.steps = {StepPlan("Set up job", 2s, 3s), StepPlan("Run make", 3s, 7s), StepPlan("Complete job", 7s, 8s)};
    JobPlan test("test", 8s, 12s, is_good ? "success" : "failure");
    test.steps = {StepPlan("Set up job", 8s, 9s), StepPlan("Run tests", 9s, 12s, is_good ? "success" : "failure")};
    plan.jobs = {build, test};
    plan.artifacts = {ArtifactPlan("report", "PK\x05\x06" + std::string(18, '\0'))};  // an empty archive
    return plan;
}

void furnish(World& world, Milliseconds now) {
    auto& repository = world.repository("acme", "rocket");
    repository.workflows[0].plan = demo_plan(true);
    Workflow nightly(159'039, ".github/workflows/nightly.yml", "Nightly");
    nightly.has_dispatch = false;
    repository.workflows.push_back(nightly);
    world.start_run(repository, repository.workflows[0], demo_plan(true), "main", "octocat", now - 1min);
    world.start_run(repository, repository.workflows[1], demo_plan(false), "main", "octocat", now - 30s);
}

std::string announcement(FakeGitHub& server) {
    boost::json::object line;
    line["base_url"] = server.base_url();
    line["numeric_base_url"] = server.numeric_base_url();
    line["ca_file"] = server.ca_file().string();
    line["token"] = "test-token";
    line["repository"] = "acme/rocket";
    if (!server.proxy_url().empty()) line["proxy_url"] = server.proxy_url();
    boost::json::array hosts;
    for (const auto& place : server.hosts()) {
        boost::json::object host;
        host["host"] = place.host;
        host["address"] = place.address;
        host["port"] = place.port;
        hosts.push_back(std::move(host));
    }
    line["hosts"] = std::move(hosts);
    return boost::json::serialize(line);
}

/// Returns when the process is to end.
void wait_for_the_end() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    const int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    std::vector<pollfd> wanted{{descriptor, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    for (;;) {
        if (poll(wanted.data(), wanted.size(), -1) < 0) continue;
        if ((wanted[0].revents & POLLIN) != 0) break;
        if (wanted[1].revents == 0) continue;
        char ignored[256];
        if (read(STDIN_FILENO, ignored, sizeof ignored) <= 0) break;
    }
    close(descriptor);
}

void block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);  // before the server's thread, which inherits it
}

}  // namespace

int main(int argc, char** argv) {
    try {
        auto arguments = parse(std::vector<std::string>(argv + 1, argv + argc));
        block_signals();
        FakeGitHub server(arguments.options);
        server.edit_at([&arguments](World& world, Milliseconds now) {
            if (!arguments.ghes_version.empty()) world.become_ghes(arguments.ghes_version);
            furnish(world, now);
        });
        std::cout << announcement(server) << std::endl;
        wait_for_the_end();
        for (const auto& request : server.recorder().requests()) {
            if (request.listener != Listener::proxy) {
                std::cerr << request.method << ' ' << request.target << " -> " << request.status << '\n';
            }
        }
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::cerr << "fake-github: " << error.what() << '\n';
        return 2;
    }
}
