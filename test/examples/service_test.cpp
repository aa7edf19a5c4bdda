#include "examples/examples.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace kahn::test {
namespace {

using boost::asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto hang_limit = 30s;

/// A connection to the service.
class Connection {
public:
    explicit Connection(const std::string& port) {
        stream_.expires_after(hang_limit);
        stream_.connect("127.0.0.1", port);
        BOOST_TEST_REQUIRE(stream_.good(), stream_.error().message());
    }

    Connection& post(const std::string& body, const std::string& more = "", const std::string& target = "/runs") {
        stream_ << "POST " << target << " HTTP/1.1\r\nHost: localhost\r\n" << more << "Content-Length: " << body.size() << "\r\n\r\n"
                << body << std::flush;
        return *this;
    }
    Connection& send(const std::string& text) {
        stream_ << text << std::flush;
        return *this;
    }
    /// Reads until a line has this. \return whether one had
    bool read_until(const std::string& part) {
        for (std::string line; std::getline(stream_, line);) {
            seen_ += line + '\n';
            if (contains(line, part)) return true;
        }
        return false;
    }
    /// All until the server closes.
    std::string rest() {
        seen_.append(std::istreambuf_iterator<char>(stream_), std::istreambuf_iterator<char>());
        stream_.close();
        return seen_;
    }
    const std::string& seen() const { return seen_; }

private:
    tcp::iostream stream_;
    std::string seen_;
};

/// A number that Linux tells of a process.
[[maybe_unused]] long status_of(pid_t pid, const std::string& name) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; status >> word;) {
        if (word != name + ':') continue;
        long value = -1;
        status >> value;
        return value;
    }
    return -1;
}

/// The program while it serves, in a directory with a FIFO named `go`.
struct Served {
    Served() : service(example("service")) {
        BOOST_TEST_REQUIRE(::mkfifo((directory.path() / "go").c_str(), 0600) == 0);
        service.in(directory.path()).start();
        const std::string greeting = "listening on 127.0.0.1:";
        BOOST_TEST_REQUIRE(service.read_until([](const Program& p) { return contains(p.out(), "\n"); }));
        BOOST_TEST_REQUIRE(service.out().starts_with(greeting));
        port = service.out().substr(greeting.size());
        port.pop_back();
    }

    /// For a job that waits for it.
    void let_go() { std::ofstream(directory.path() / "go") << "go\n"; }
    std::string answer(const std::string& body, const std::string& more = "") { return Connection(port).post(body, more).rest(); }
    int terminate() {
        service.send(SIGTERM);
        return service.finish().exit_code;
    }

    TemporaryDirectory directory;
    Program service;
    std::string port;
};

const std::string waits = pipeline_of("echo it has begun && cat go");

}  // namespace

BOOST_FIXTURE_TEST_SUITE(service, Served)

BOOST_AUTO_TEST_CASE(events_come_while_the_run_goes_on) {
    Connection client(port);
    client.post(waits);
    BOOST_TEST(client.read_until("it has begun"));
    BOOST_TEST(contains(client.seen(), "HTTP/1.1 200 OK"));
    BOOST_TEST(contains(client.seen(), "\"type\":\"run_started\""));
    BOOST_TEST(!contains(client.seen(), "run_finished"));
    auto threads = std::filesystem::directory_iterator("/proc/" + std::to_string(service.pid()) + "/task");
    BOOST_TEST(std::distance(threads, std::filesystem::directory_iterator()) == 1);
    let_go();
    const std::string all = client.rest();
    BOOST_TEST(contains(all, "\"status\":\"success\""));
    BOOST_TEST(contains(all, "\"type\":\"run_finished\""));
    BOOST_TEST(all.ends_with("\r\n0\r\n\r\n"));
    BOOST_TEST(terminate() == 0);
}

#ifndef __SANITIZE_ADDRESS__  // what is built with it checks types by way of pipes, and dies where there is none to be had
BOOST_AUTO_TEST_CASE(without_a_free_descriptor_it_rests_between_its_attempts_and_then_serves) {
    BOOST_TEST(contains(Connection(port).post("", "", "/elsewhere").rest(), "HTTP/1.1 404"));  // all that it opens itself is open now
    rlimit before{};
    BOOST_TEST_REQUIRE(::prlimit(service.pid(), RLIMIT_NOFILE, nullptr, &before) == 0);
    rlimit none = before;
    none.rlim_cur = 0;
    BOOST_TEST_REQUIRE(::prlimit(service.pid(), RLIMIT_NOFILE, &none, nullptr) == 0);
    Connection client(port);
    const long rests = status_of(service.pid(), "voluntary_ctxt_switches");
    const auto deadline = std::chrono::steady_clock::now() + hang_limit;
    while (status_of(service.pid(), "voluntary_ctxt_switches") < rests + 5) {  // one that spins never gives up the processor
        BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < deadline));
        ::poll(nullptr, 0, 10);
    }
    BOOST_TEST_REQUIRE(::prlimit(service.pid(), RLIMIT_NOFILE, &before, nullptr) == 0);
    const std::string answer = client.post("", "", "/elsewhere").rest();
    BOOST_TEST(contains(answer, "HTTP/1.1 404"));
    BOOST_TEST(terminate() == 0);
}
#endif

BOOST_AUTO_TEST_CASE(what_is_no_pipeline_is_answered_with_its_problems) {
    const std::string yaml = answer("name: p\nstagez: []\n");
    BOOST_TEST(yaml.starts_with("HTTP/1.1 422 "));
    BOOST_TEST(contains(yaml, "--> pipeline:2:1"));
    const std::string json = answer("{\"name\": 1", "Content-Type: application/json\r\n");
    BOOST_TEST(json.starts_with("HTTP/1.1 422 "));
    BOOST_TEST(contains(json, "error"));
    const std::string undefined = answer("name: p\nstages: [{name: s, environment: {A: '${NOT_DEFINED}'}, jobs: [{name: j, commands: [x]}]}]\n");
    BOOST_TEST(undefined.starts_with("HTTP/1.1 422 "), undefined);
    BOOST_TEST(contains(undefined, "NOT_DEFINED"));
    BOOST_TEST(terminate() == 0);
}

BOOST_AUTO_TEST_CASE(json_is_read_where_the_type_says_so) {
    const std::string body = R"({"name": "p", "stages": [{"name": "s", "jobs": [{"name": "j", "commands": ["echo from JSON"]}]}]})";
    BOOST_TEST(contains(answer(body, "Content-Type: application/json\r\n"), "from JSON\\n"));
}

BOOST_AUTO_TEST_CASE(what_is_asked_wrongly_runs_nothing) {
    const std::string makes_a_file = pipeline_of("touch made");
    BOOST_TEST(answer(makes_a_file, "Origin: http://example.com\r\n").starts_with("HTTP/1.1 403 "));
    BOOST_TEST(Connection(port).post(makes_a_file, "", "/").rest().starts_with("HTTP/1.1 404 "));
    BOOST_TEST(Connection(port).send("GET /runs HTTP/1.1\r\nHost: localhost\r\n\r\n").rest().starts_with("HTTP/1.1 404 "));
    BOOST_TEST(Connection(port).send("no HTTP\r\n\r\n").rest() == "");
    BOOST_TEST(answer(std::string((1 << 20) + 1, ' ')).starts_with("HTTP/1.1 413 "));
    BOOST_TEST(!std::filesystem::exists(directory.path() / "made"));
    BOOST_TEST(answer(makes_a_file).starts_with("HTTP/1.1 200 "));
    BOOST_TEST(std::filesystem::exists(directory.path() / "made"));
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_cancels_its_run_and_no_other) {
    Connection stays(port);
    stays.post("name: stays\nvariables: {MARK: stays}\nstages: [{name: s, jobs: [{name: j, commands: ['echo it has begun && cat go']}]}]\n");
    BOOST_TEST(stays.read_until("it has begun"));
    const std::string mark = "KAHN_TEST_MARK=" + directory.path().filename().string();
    {
        Connection goes(port);
        goes.post("name: goes\nvariables: {" + mark.substr(0, mark.find('=')) + ": " + mark.substr(mark.find('=') + 1) +
                  "}\nstages: [{name: s, jobs: [{name: j, commands: ['echo it has begun && cat go']}]}]\n");
        BOOST_TEST(goes.read_until("it has begun"));
        BOOST_TEST(!processes_with(mark).empty());
    }
    BOOST_TEST(all_end(mark, hang_limit));
    let_go();
    BOOST_TEST(contains(stays.rest(), "\"status\":\"success\""));
    BOOST_TEST(terminate() == 0);
}

BOOST_AUTO_TEST_CASE(terminated_it_cancels_its_runs_tells_their_clients_and_exits_with_0) {
    Connection client(port);
    client.post(waits);
    BOOST_TEST(client.read_until("it has begun"));
    service.send(SIGTERM);
    const std::string all = client.rest();
    BOOST_TEST(contains(all, "\"type\":\"run_finished\""));
    BOOST_TEST(contains(all, "\"status\":\"cancelled\""));
    BOOST_TEST(all.ends_with("\r\n0\r\n\r\n"));
    const auto result = service.finish();
    BOOST_TEST(result.exit_code == 0, result.err);
    BOOST_TEST(!result.was_too_slow);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
