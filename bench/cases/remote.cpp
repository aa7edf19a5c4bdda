// Asking GitHub many times at once over TLS, against curl doing the same. The server is another process and does the same for
// both, on one thread: look at the processor time.

#include "cases/cases.hpp"
#include "measure/stopwatch.hpp"

#include <kahn/remote/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace kahn::bench {
namespace {

namespace asio = boost::asio;

constexpr int connections = 10;

/// A process that answers as GitHub does, until this is gone: it ends with its standard input.
class Server {
public:
    explicit Server(const std::string& program) {
        int input[2];
        int output[2];
        if (::pipe(input) != 0 || ::pipe(output) != 0) throw std::runtime_error("no pipes");
        pid_ = ::fork();
        if (pid_ < 0) throw std::runtime_error("fork failed");
        if (pid_ == 0) {
            ::dup2(input[0], 0);
            ::dup2(output[1], 1);
            for (const int end : {input[0], input[1], output[0], output[1], 2}) ::close(end);
            ::execl(program.c_str(), program.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(input[0]);
        ::close(output[1]);
        input_ = input[1];
        std::string line;
        for (char c = 0; ::read(output[0], &c, 1) == 1 && c != '\n';) line += c;
        ::close(output[0]);
        const boost::json::value told = boost::json::parse(line);
        base_url = told.at("numeric_base_url").as_string().c_str();
        ca_file = told.at("ca_file").as_string().c_str();
        token = told.at("token").as_string().c_str();
    }
    ~Server() {
        ::close(input_);
        ::waitpid(pid_, nullptr, 0);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::string base_url;
    std::string ca_file;
    std::string token;

private:
    pid_t pid_ = -1;
    int input_ = -1;
};

remote::RemoteOptions options_for(const Server& server) {
    remote::RemoteOptions options;
    options.base_url = server.base_url;
    options.api_token = remote::Secret(server.token);
    options.network.ca_file = server.ca_file;
    options.most_at_once = connections;
    return options;
}

const remote::Repository& repository() {
    static const remote::Repository of_the_server("acme", "rocket");
    return of_the_server;
}

std::int64_t newest_run(const Server& server) {
    asio::io_context context(1);
    remote::Client client(context.get_executor(), options_for(server));
    std::int64_t id = 0;
    asio::co_spawn(context, client.runs(repository()), [&id](std::exception_ptr, const remote::Result<remote::WorkflowRuns>& runs) {
        if (runs && !runs.value().runs.empty()) id = runs.value().runs.front().id;
    });
    context.run();
    if (id == 0) throw std::runtime_error("the server has no run");
    return id;
}

void poll(const Server& server, std::int64_t run, int times) {
    asio::io_context context(1);
    int answers = 0;
    {
        remote::Client client(context.get_executor(), options_for(server));
        for (int i = 0; i < times; ++i) {
            asio::co_spawn(context, client.run(repository(), run), [&answers](std::exception_ptr, const remote::Result<remote::WorkflowRun>& found) {
                if (found) ++answers;
            });
        }
        context.run();
    }
    if (answers != times) throw std::runtime_error(std::to_string(times - answers) + " polls failed");
}

Contestant curl(const Settings& settings, const std::shared_ptr<Server>& server, std::int64_t run, int times) {
    const std::string list = (settings.folder / ("curl-" + std::to_string(times))).string();
    std::ofstream out(list);
    out << "header = \"Authorization: Bearer " << server->token << "\"\nheader = \"Accept: application/vnd.github+json\"\n"
        << "cacert = \"" << server->ca_file << "\"\nsilent\nfail\n";
    for (int i = 0; i < times; ++i) {
        out << "url = \"" << server->base_url << "/repos/acme/rocket/actions/runs/" << run << "\"\noutput = /dev/null\n";
    }
    return {"curl --parallel", [list, server] {
                return measure_program({"curl", "--parallel", "--parallel-max", std::to_string(connections), "--config", list});
            }};
}

}  // namespace

std::vector<Comparison> remote_cases(const Settings& settings) {
    if (settings.github.empty()) {
        std::printf("\nremote: left out, built without tests and so without their server\n");
        return {};
    }
    const auto server = std::make_shared<Server>(settings.github);
    const std::int64_t run = newest_run(*server);
    const int times = settings.is_quick ? 200 : 1000;
    Comparison out;
    out.name = "remote/" + std::to_string(times) + " polls at once over TLS, " + std::to_string(connections) + " connections";
    out.item = "poll";
    out.items = times;
    out.contestants.push_back({"kahn", [server, run, times] { return measure([&] { poll(*server, run, times); }); }});
    if (has_program("curl")) out.contestants.push_back(curl(settings, server, run, times));
    return {out};
}

}  // namespace kahn::bench
