#include "fake_github/fake_github.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace kahn::testing;
using namespace std::chrono_literals;

struct Answer {
    std::string bytes;
    error_code handshake;
    error_code end;  ///< eof: an orderly one
};

/// A blocking client that says what it is told and reads to the end.
class Client {
public:
    Client(const FakeGitHub& server, Listener listener, const std::string& host) : stream_(context_, tls(server)) {
        stream_.set_verify_mode(asio::ssl::verify_peer);
        stream_.set_verify_callback(asio::ssl::host_name_verification(host));
        stream_.next_layer().connect(tcp::endpoint(asio::ip::address_v4::loopback(), server.port(listener)));
    }
    error_code handshake() {
        error_code error;
        stream_.handshake(asio::ssl::stream_base::client, error);
        return error;
    }
    void say(const std::string& text) {
        error_code ignored;
        asio::write(stream_, asio::buffer(text), ignored);
    }
    std::string read(std::size_t bytes) {
        std::string text(bytes, '\0');
        error_code error;
        text.resize(asio::read(stream_, asio::buffer(text), error));
        return text;
    }
    /// One response with a Content-Length: its body; the head goes to `head`.
    std::string read_response(std::string& head) {
        std::string text;
        const auto length = asio::read_until(stream_, asio::dynamic_buffer(text), "\r\n\r\n");
        head = text.substr(0, length);
        text.erase(0, length);
        const auto place = head.find("Content-Length: ");
        const auto size = place == std::string::npos ? 0 : std::stoul(head.substr(place + 16));
        const auto missing = size - text.size();
        text += read(missing);
        return text;
    }
    std::string read_all(error_code& error) {
        std::string text;
        asio::read(stream_, asio::dynamic_buffer(text), asio::transfer_all(), error);
        return text;
    }

private:
    asio::ssl::context& tls(const FakeGitHub& server) {
        tls_.add_certificate_authority(asio::buffer(server.ca_pem()));
        return tls_;
    }

    asio::io_context context_;
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    asio::ssl::stream<tcp::socket> stream_;
};

std::string request_text(const std::string& method, const std::string& target, const std::string& fields = {}) {
    return method + " " + target + " HTTP/1.1\r\nHost: api.gh.test\r\nUser-Agent: test\r\nAuthorization: Bearer test-token\r\n" + fields + "\r\n";
}

Answer ask(const FakeGitHub& server, const std::string& target, const std::string& method = "GET", const std::string& fields = {}) {
    Client client(server, Listener::api, "api.gh.test");
    Answer answer;
    answer.handshake = client.handshake();
    if (answer.handshake) return answer;
    client.say(request_text(method, target, "Connection: close\r\n" + fields));
    answer.bytes = client.read_all(answer.end);
    return answer;
}

BOOST_AUTO_TEST_SUITE(server_over_tls)

BOOST_AUTO_TEST_CASE(it_answers_over_tls_and_records_what_was_asked) {
    FakeGitHub server;
    const auto answer = ask(server, "/repos/acme/rocket");
    BOOST_TEST(!answer.handshake);
    BOOST_TEST(answer.bytes.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST((answer.end == asio::error::eof));
    const auto requests = server.recorder().requests(Listener::api, "GET", "^/repos");
    BOOST_REQUIRE(requests.size() == 1U);
    BOOST_TEST(requests[0].status == 200U);
    BOOST_TEST(requests[0].header("authorization").value() == "Bearer test-token");
    BOOST_TEST(server.recorder().breaches().empty());
}

BOOST_AUTO_TEST_CASE(many_servers_live_side_by_side) {
    FakeGitHub one;
    FakeGitHub other;
    other.edit([](World& world) { world.repositories[0].name = "other"; });
    BOOST_TEST(ask(one, "/repos/acme/other").bytes.starts_with("HTTP/1.1 404"));
    BOOST_TEST(ask(other, "/repos/acme/other").bytes.starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(certificates_that_are_no_good_are_refused_by_a_client_that_looks) {
    FakeGitHub server;
    for (const auto greeting : {Greeting::wrong_name, Greeting::expired, Greeting::not_yet_valid, Greeting::self_signed, Greeting::reset}) {
        server.greet(Listener::api, greeting);
        BOOST_TEST(!!ask(server, "/versions").handshake);
    }
    server.greet(Listener::api, Greeting::honest);
    BOOST_TEST(!ask(server, "/versions").handshake);
    BOOST_TEST(server.recorder().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_response_can_be_cut_at_every_byte) {
    FakeGitHub server;
    server.edit([](World& world) { world.sends_long_headers = false; });
    const auto whole = ask(server, "/versions").bytes.size();
    for (std::size_t cut = 0; cut < whole; cut += 97) {
        server.clear_script();
        server.script(FaultRule("GET", "^/versions", always(), cut_after(cut)));
        const auto answer = ask(server, "/versions");
        BOOST_TEST(answer.bytes.size() == cut);
        BOOST_TEST((answer.end == asio::ssl::error::stream_truncated));
    }
}

BOOST_AUTO_TEST_CASE(a_dispatch_can_take_effect_and_its_answer_be_lost) {
    FakeGitHub server;
    server.script(FaultRule("POST", "/dispatches$", nth(1), commit_then_drop()));
    const auto answer = ask(server, "/repos/acme/rocket/actions/workflows/ci.yml/dispatches", "POST", "Content-Length: 14\r\n\r\n{\"ref\":\"main\"}");
    BOOST_TEST(answer.bytes.empty());
    BOOST_TEST((answer.end != asio::error::eof));
    std::size_t runs = 0;
    server.edit([&runs](World& world) { runs = world.repositories[0].runs.size(); });
    BOOST_TEST(runs == 1U);
}

BOOST_AUTO_TEST_CASE(a_dropped_request_has_no_effect_and_the_next_is_answered) {
    FakeGitHub server;
    server.script(FaultRule("", "", first(1), drop()));
    BOOST_TEST(ask(server, "/versions").bytes.empty());
    BOOST_TEST(ask(server, "/versions").bytes.starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_and_an_idle_one_can_be_closed) {
    FakeGitHub server;
    Client client(server, Listener::api, "api.gh.test");
    BOOST_REQUIRE(!client.handshake());
    for (int i = 0; i < 3; ++i) {
        client.say(request_text("GET", "/versions"));
        std::string text;
        while (text.find("[\"2022-11-28\",\"2026-03-10\"]") == std::string::npos) text += client.read(1);
    }
    const auto requests = server.recorder().requests();
    BOOST_TEST(requests.front().connection == requests.back().connection);
    BOOST_TEST(server.recorder().connections(Listener::api) == 1U);
    // It is idle a moment after its last answer.
    error_code end;
    std::thread closing([&server] {
        for (int i = 0; i < 1000 && server.recorder().open_connections() > 0; ++i) {
            server.close_idle();
            std::this_thread::yield();
        }
    });
    BOOST_TEST(client.read_all(end).empty());
    closing.join();
    BOOST_TEST((end == asio::error::eof));
}

BOOST_AUTO_TEST_CASE(a_stalled_client_is_let_go_when_the_server_goes) {
    std::optional<FakeGitHub> server(std::in_place);
    server->script(FaultRule("", "", always(), stall()));
    Client client(*server, Listener::api, "api.gh.test");
    BOOST_REQUIRE(!client.handshake());
    client.say(request_text("GET", "/versions"));
    BOOST_TEST(server->recorder().wait_for(1, Listener::api, "GET", "versions"));
    server.reset();
    error_code end;
    BOOST_TEST(client.read_all(end).empty());
    BOOST_TEST(!!end);
}

BOOST_AUTO_TEST_CASE(a_hundred_runs_are_listed_quickly) {
    FakeGitHub server;
    RunPlan waiting;
    waiting.timeline = {TimelinePoint(0ms, "queued")};  // whatever the machine's load, nothing changes meanwhile
    for (int i = 0; i < 100; ++i) server.start_run("acme", "rocket", waiting);
    Client client(server, Listener::api, "api.gh.test");
    BOOST_REQUIRE(!client.handshake());
    const auto time_of = [&client](const std::string& fields, const std::string& status) {
        constexpr int times = 50;
        const auto begin = std::chrono::steady_clock::now();
        std::string head;
        for (int i = 0; i < times; ++i) {
            client.say(request_text("GET", "/repos/acme/rocket/actions/runs?per_page=100", fields));
            client.read_response(head);
            BOOST_TEST(head.starts_with("HTTP/1.1 " + status));
        }
        const auto took = std::chrono::steady_clock::now() - begin;
        BOOST_TEST_MESSAGE("a list of 100 runs, " << status << ": "
                                                  << std::chrono::duration_cast<std::chrono::microseconds>(took).count() / times << " us");
        BOOST_CHECK(took < 20s);
        return head;
    };
    const auto head = time_of("", "200");
    const auto place = head.find("ETag: ") + 6;
    const auto etag = head.substr(place, head.find("\r\n", place) - place);
    server.edit([](World& world) { world.repositories[0].default_branch = "trunk"; });  // what was kept is made anew, the same
    time_of("Accept-Encoding: gzip\r\n", "200");
    time_of("If-None-Match: " + etag + "\r\n", "304");
}

BOOST_AUTO_TEST_CASE(a_huge_body_arrives_whole_and_an_endless_one_goes_on_until_the_client_leaves) {
    FakeGitHub server;
    server.script(FaultRule("", "huge", always(), huge_body(5'000'000)));
    server.script(FaultRule("", "endless", always(), endless_chunks()));
    {
        Client client(server, Listener::api, "api.gh.test");
        BOOST_REQUIRE(!client.handshake());
        client.say(request_text("GET", "/huge"));
        std::string head;
        BOOST_TEST(client.read_response(head).size() == 5'000'000U);
        client.say(request_text("GET", "/endless"));
        BOOST_TEST(client.read(5'000'000).size() == 5'000'000U);
    }
    for (int i = 0; i < 10'000 && server.recorder().open_connections() > 0; ++i) std::this_thread::sleep_for(1ms);
    BOOST_TEST(server.recorder().open_connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_server_that_never_greets_and_one_that_drips_can_be_ended) {
    FakeGitHub server;
    server.script(FaultRule("", "", always(), slow_headers(1h)));
    Client dripped(server, Listener::api, "api.gh.test");
    BOOST_REQUIRE(!dripped.handshake());
    dripped.say(request_text("GET", "/versions"));
    BOOST_TEST(dripped.read(1) == "H");
    server.greet(Listener::api, Greeting::silent);
    const Client ungreeted(server, Listener::api, "api.gh.test");
    // The end of this scope is the test: it must not wait for the hour, nor for the greeting.
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(proxy_of_the_fake)

std::string ask_proxy(const FakeGitHub& server, const std::string& text) {
    asio::io_context context;
    tcp::socket socket(context);
    socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), server.port(Listener::proxy)));
    asio::write(socket, asio::buffer(text));
    std::string answer;
    error_code error;
    asio::read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n", error);
    return answer.substr(0, answer.find("\r\n"));
}

BOOST_AUTO_TEST_CASE(it_wants_its_password_and_knows_only_the_fakes_hosts) {
    FakeOptions options;
    options.has_proxy = true;
    FakeGitHub server(options);
    ProxyRules rules;
    rules.user = "u";
    rules.password = "p";
    server.set_proxy(rules);
    const std::string connect = "CONNECT api.gh.test:443 HTTP/1.1\r\n";
    const std::string password = "Proxy-Authorization: Basic dTpw\r\n\r\n";
    BOOST_TEST(ask_proxy(server, connect + "\r\n") == "HTTP/1.1 407 Proxy Authentication Required");
    BOOST_TEST(ask_proxy(server, connect + password) == "HTTP/1.1 200 Connection established");
    BOOST_TEST(ask_proxy(server, "CONNECT example.com:443 HTTP/1.1\r\n" + password) == "HTTP/1.1 502 Bad Gateway");
    rules.is_bad_gateway = true;
    server.set_proxy(rules);
    BOOST_TEST(ask_proxy(server, connect + password) == "HTTP/1.1 502 Bad Gateway");
    BOOST_TEST(server.recorder().count(Listener::proxy, "CONNECT") == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
