#include "fake_github/tests/raw_client.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/x509_vfy.h>

#include <atomic>
#include <optional>
#include <set>

namespace kahn::testing {

using namespace std::chrono_literals;

namespace {

/// Moved by hand, from any thread.
class TestClock final : public Clock {
public:
    SystemTime system_now() const noexcept override { return SystemTime(std::chrono::hours{24 * 20'000}) + passed_.load(); }
    SteadyTime now() const noexcept override { return SteadyTime(1h) + passed_.load(); }
    boost::asio::awaitable<void> sleep_until(SteadyTime) override { throw std::logic_error("the server waits by this clock"); }
    void advance(std::chrono::nanoseconds duration) { passed_ = passed_.load() + duration; }

private:
    std::atomic<std::chrono::nanoseconds> passed_{0ns};
};

const std::string runs = "/repos/acme/rocket/actions/runs";
const std::string dispatches = "/repos/acme/rocket/actions/workflows/ci.yml/dispatches";

struct Fixture {
    explicit Fixture(bool has_proxy = false) {
        FakeOptions options;
        options.clock = clock;
        options.has_proxy = has_proxy;
        server.emplace(options);
    }
    RawClient::Target target(Listener listener = Listener::api) const {
        return RawClient::Target(server->port(listener), listener == Listener::blob ? "blob.test" : "api.gh.test", server->ca_file().string());
    }
    RawClient::Target through_proxy(const std::string& more_headers = {}) const {
        auto wanted = target();
        wanted.preamble = "CONNECT api.gh.test:443 HTTP/1.1\r\nHost: api.gh.test:443\r\n" + more_headers + "\r\n";
        wanted.port = server->port(Listener::proxy);
        return wanted;
    }
    /// What a GET brings under a fault, to its end.
    std::string all_of(const Fault& fault, Reading& end, const std::string& path = "/versions", std::chrono::milliseconds patience = 5s) {
        server->clear_script();
        server->script(FaultRule("GET", "", always(), fault));
        auto wanted = target();
        wanted.patience = patience;
        RawClient client(wanted);
        client.write("GET " + path + " HTTP/1.1\r\n" + usual_headers() + "Connection: close\r\n\r\n");
        std::string bytes;
        end = client.read_all(bytes);
        return bytes;
    }

    std::shared_ptr<TestClock> clock = std::make_shared<TestClock>();
    std::optional<FakeGitHub> server;
};

struct WithProxy : Fixture {
    WithProxy() : Fixture(true) {}
};

std::int64_t run_id(const Response& response) { return boost::json::parse(response.body).at("workflow_run_id").as_int64(); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(over_tls, Fixture)

BOOST_AUTO_TEST_CASE(a_dispatched_run_goes_its_way_by_the_injected_clock_on_one_connection) {
    RawClient client(target());
    BOOST_TEST_REQUIRE(client.is_secure());
    const auto version = std::string("X-GitHub-Api-Version: 2026-03-10\r\n");
    client.write("POST " + dispatches + " HTTP/1.1\r\n" + usual_headers() + version + "Content-Length: 14\r\n\r\n{\"ref\":\"main\"}");
    const auto dispatched = client.response();
    BOOST_TEST_REQUIRE(dispatched.status == 200U);
    const auto path = runs + "/" + std::to_string(run_id(dispatched));

    const auto queued = client.get(path);
    BOOST_TEST(boost::json::parse(queued.body).at("status") == "queued");
    clock->advance(1h);
    const auto completed = client.get(path);
    BOOST_TEST(boost::json::parse(completed.body).at("conclusion") == "success");

    const auto same = client.get(path, "If-None-Match: \"other\", " + *completed.header("ETag") + "\r\n");
    BOOST_TEST(same.status == 304U);
    BOOST_TEST(same.body.empty());
    BOOST_TEST(*same.header("X-RateLimit-Remaining") == *completed.header("X-RateLimit-Remaining"));
    std::set<std::uint64_t> connections;
    for (const auto& request : server->recorder().requests()) connections.insert(request.connection);
    BOOST_TEST(connections.size() == 1U);
    BOOST_TEST(server->recorder().breaches().empty());
}

BOOST_AUTO_TEST_CASE(a_dispatch_whose_answer_is_lost_has_started_a_run) {
    server->script(FaultRule("POST", "/dispatches$", nth(1), commit_then_drop()));
    RawClient client(target());
    BOOST_TEST(client.post(dispatches, R"({"ref":"main"})").status == 0U);
    std::size_t count = 0;
    server->edit([&count](World& world) { count = world.repository("acme", "rocket").runs.size(); });
    BOOST_TEST(count == 1U);
}

BOOST_AUTO_TEST_CASE(a_dropped_request_has_no_effect) {
    server->script(FaultRule("POST", "/dispatches$", always(), drop()));
    RawClient client(target());
    BOOST_TEST(client.post(dispatches, R"({"ref":"main"})").status == 0U);
    std::size_t count = 0;
    server->edit([&count](World& world) { count = world.repository("acme", "rocket").runs.size(); });
    BOOST_TEST(count == 0U);
}

BOOST_AUTO_TEST_CASE(a_response_is_cut_at_exactly_the_byte_that_was_asked_for) {
    server->edit([](World& world) { world.sends_long_headers = false; });
    Reading end{};
    const auto whole = all_of(Fault(), end);
    BOOST_TEST_REQUIRE(whole.size() > 500U);
    for (std::size_t cut = 0; cut < whole.size(); cut += 37) {
        const auto bytes = all_of(cut_after(cut, Ending::fin), end);
        BOOST_TEST(bytes.size() == cut);
        BOOST_TEST((end == Reading::fin));
    }
}

BOOST_AUTO_TEST_CASE(a_connection_ends_as_the_script_wants) {
    Reading end{};
    all_of(cut_after(100, Ending::close), end);
    BOOST_TEST((end == Reading::close_notify));
    all_of(cut_after(100, Ending::fin), end);
    BOOST_TEST((end == Reading::fin));
    const auto before_reset = all_of(cut_after(100, Ending::reset), end);
    BOOST_TEST((end == Reading::reset));
    BOOST_TEST(before_reset.size() == 100U);
    const auto stalled = all_of(stall_mid_body(), end, "/versions", 200ms);
    BOOST_TEST((end == Reading::nothing));
    BOOST_TEST(stalled.ends_with("\r\n\r\n[\"2022-11-"));
    BOOST_TEST(all_of(stall(), end, "/versions", 100ms).empty());
    BOOST_TEST((end == Reading::nothing));
    const auto unended = all_of(body_ended_by(Ending::fin), end);
    BOOST_TEST((end == Reading::fin));
    BOOST_TEST(unended.find("Content-Length") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_slow_body_comes_byte_by_byte_after_its_header) {
    Reading end{};
    const auto start = std::chrono::steady_clock::now();
    const auto bytes = all_of(slow_body(5ms), end);
    const auto body = bytes.size() - bytes.find("\r\n\r\n") - 4;
    BOOST_TEST((std::chrono::steady_clock::now() - start >= 5ms * (body - 1)));
    BOOST_TEST(bytes.ends_with("\"2026-03-10\"]"));
}

BOOST_AUTO_TEST_CASE(endless_bodies_end_only_with_the_client) {
    server->script(FaultRule("GET", "/versions", nth(1), endless_chunks()));
    {
        RawClient client(target());
        client.write("GET /versions HTTP/1.1\r\n" + usual_headers() + "\r\n");
        std::string bytes;
        while (bytes.size() < (10U << 20)) BOOST_TEST_REQUIRE((client.read(bytes) == Reading::bytes));
    }
    RawClient another(target());
    BOOST_TEST(another.get("/versions").status == 200U);
}

BOOST_AUTO_TEST_CASE(certificates_are_wrong_in_the_way_that_is_asked_for) {
    const auto verdict = [this](Greeting greeting) {
        server->greet(Listener::api, greeting);
        const RawClient client(target());
        return client.verify_result();
    };
    BOOST_TEST(verdict(Greeting::honest) == X509_V_OK);
    BOOST_TEST(verdict(Greeting::wrong_name) == X509_V_ERR_HOSTNAME_MISMATCH);
    BOOST_TEST(verdict(Greeting::expired) == X509_V_ERR_CERT_HAS_EXPIRED);
    BOOST_TEST(verdict(Greeting::not_yet_valid) == X509_V_ERR_CERT_NOT_YET_VALID);
    BOOST_TEST(verdict(Greeting::self_signed) == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
    BOOST_TEST(server->recorder().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_listener_that_says_nothing_lets_the_handshake_wait) {
    server->greet(Listener::api, Greeting::silent);
    auto wanted = target();
    wanted.patience = 100ms;
    BOOST_TEST(!RawClient(wanted).is_secure());
    server->greet(Listener::api, Greeting::reset);
    BOOST_TEST(!RawClient(wanted).is_secure());
    BOOST_TEST(server->recorder().connections(Listener::api) == 2U);
}

BOOST_AUTO_TEST_CASE(a_download_is_signed_for_a_minute_takes_no_token_and_can_be_resumed) {
    std::int64_t artifact_id = 0;
    RunPlan plan;
    plan.artifacts = {ArtifactPlan("report", "0123456789")};
    const auto id = server->start_run("acme", "rocket", plan);
    server->edit([&](World& world) { artifact_id = world.run(id).plan.artifacts.at(0).id; });
    RawClient api(target());
    const auto redirect = api.get("/repos/acme/rocket/actions/artifacts/" + std::to_string(artifact_id) + "/zip");
    BOOST_TEST_REQUIRE(redirect.status == 302U);
    const auto location = *redirect.header("Location");
    const auto path = location.substr(location.find('/', std::string("https://").size()));

    RawClient blob(target(Listener::blob));
    const auto ask = [&blob, &path](const std::string& more_headers) {
        blob.write("GET " + path + " HTTP/1.1\r\nHost: blob.test\r\nUser-Agent: raw/1\r\n" + more_headers + "\r\n");
        return blob.response();
    };
    const auto whole = ask("");
    BOOST_TEST(whole.status == 200U);
    BOOST_TEST(whole.body == "0123456789");
    const auto rest = ask("Range: bytes=6-\r\nIf-Range: " + *whole.header("ETag") + "\r\n");
    BOOST_TEST(rest.status == 206U);
    BOOST_TEST(rest.body == "6789");
    BOOST_TEST(*rest.header("Content-Range") == "bytes 6-9/10");
    const auto with_token = ask("Authorization: Bearer test-token\r\n");
    BOOST_TEST(with_token.status == 400U);
    BOOST_TEST(with_token.body.find("InvalidAuthenticationInfo") != std::string::npos);
    clock->advance(61s);
    BOOST_TEST(ask("").status == 403U);
    BOOST_TEST(server->recorder().breaches().size() == 1U);  // the token
}

BOOST_AUTO_TEST_CASE(idle_connections_can_be_closed_as_a_server_closes_them) {
    RawClient client(target());
    BOOST_TEST(client.get("/versions").status == 200U);
    server->close_idle();
    std::string bytes;
    BOOST_TEST((client.read_all(bytes) == Reading::close_notify));
    BOOST_TEST(bytes.empty());
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_lets_nobody_wait) {
    server->script(FaultRule("GET", "/versions", always(), stall()));
    RawClient stalled(target());
    stalled.write("GET /versions HTTP/1.1\r\n" + usual_headers() + "\r\n");
    BOOST_TEST_REQUIRE(server->recorder().wait_for(1, Listener::api, "GET", "/versions"));
    const RawClient idle(target());
    const auto start = std::chrono::steady_clock::now();
    server.reset();
    BOOST_TEST((std::chrono::steady_clock::now() - start < 2s));
    std::string bytes;
    BOOST_TEST((stalled.read_all(bytes) != Reading::nothing));
}

BOOST_AUTO_TEST_CASE(servers_are_strangers_to_each_other) {
    FakeGitHub another;
    auto mixed = target();
    mixed.ca_file = another.ca_file().string();
    BOOST_TEST(!RawClient(mixed).is_secure());
    BOOST_TEST(RawClient(target()).is_secure());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(through_a_proxy, WithProxy)

BOOST_AUTO_TEST_CASE(a_tunnel_carries_tls_to_the_host_that_was_named) {
    RawClient client(through_proxy());
    BOOST_TEST_REQUIRE(client.is_secure());
    BOOST_TEST(client.get("/versions").status == 200U);
    BOOST_TEST(server->recorder().count(Listener::proxy, "CONNECT") == 1U);
}

BOOST_AUTO_TEST_CASE(a_proxy_with_a_password_wants_it) {
    ProxyRules rules;
    rules.user = "me";
    rules.password = "secret";
    server->set_proxy(rules);
    BOOST_TEST(RawClient(through_proxy()).proxy_answer().starts_with("HTTP/1.1 407 "));
    BOOST_TEST(RawClient(through_proxy("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n")).is_secure());
}

BOOST_AUTO_TEST_CASE(a_proxy_can_fail_before_and_within_the_tunnel) {
    ProxyRules rules;
    rules.is_bad_gateway = true;
    server->set_proxy(rules);
    BOOST_TEST(RawClient(through_proxy()).proxy_answer().starts_with("HTTP/1.1 502 "));
    rules.is_bad_gateway = false;
    rules.dies_after = 100;  // within the handshake
    server->set_proxy(rules);
    BOOST_TEST(!RawClient(through_proxy()).is_secure());
    BOOST_TEST(server->recorder().count(Listener::api) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::testing
