#include "remote/connect_race.hpp"
#include "remote/server_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <netinet/in.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;
using testing::Fault;
using testing::FaultRule;
using testing::Listener;

namespace {

const std::string any_run = "/actions/runs/[0-9]+";

/// An address whose packets get lost: a listener that accepts nobody and whose queue is full answers no SYN any more.
class BlackHole {
public:
    explicit BlackHole(std::uint16_t port) : listener_(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_addr = in6addr_loopback;
        six.sin6_port = htons(port);
        const bool has_six = listener_ >= 0 && ::bind(listener_, reinterpret_cast<const sockaddr*>(&six), sizeof six) == 0;
        if (has_six) {
            open("::1", reinterpret_cast<const sockaddr*>(&six), sizeof six);
            return;
        }
        if (listener_ >= 0) ::close(listener_);
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in four{};  // a machine without IPv6: another address of the loopback
        four.sin_family = AF_INET;
        four.sin_addr.s_addr = htonl(0x7F000009);
        four.sin_port = htons(port);
        if (::bind(listener_, reinterpret_cast<const sockaddr*>(&four), sizeof four) != 0) return;
        open("127.0.0.9", reinterpret_cast<const sockaddr*>(&four), sizeof four);
    }
    ~BlackHole() {
        for (const int fd : waiting_) ::close(fd);
        if (listener_ >= 0) ::close(listener_);
    }
    BlackHole(const BlackHole&) = delete;
    BlackHole& operator=(const BlackHole&) = delete;

    /// Empty: it could not be made.
    const std::string& address() const { return address_; }

private:
    void open(const std::string& address, const sockaddr* place, socklen_t length) {
        if (::listen(listener_, 0) != 0) return;
        for (int i = 0; i < 4; ++i) {
            const int fd = ::socket(place->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            ::connect(fd, place, length);
            waiting_.push_back(fd);
        }
        address_ = address;
    }

    int listener_;
    std::vector<int> waiting_;
    std::string address_;
};

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

DispatchRequest dispatch_of() {
    DispatchRequest request;
    request.workflow = "ci.yml";
    request.ref = "main";
    return request;
}

/// A run with one artifact of 300,000 bytes.
struct WithArtifact : ServerFixture {
    explicit WithArtifact(std::chrono::milliseconds stall = 30s) {
        options.network.stall_timeout = stall;
        testing::RunPlan plan;
        plan.artifacts.emplace_back("report", bytes);
        plan.timeline = {testing::TimelinePoint(0ms, "completed", "success")};
        run_id = server.start_run("acme", "rocket", plan);
        const auto found = get(client().artifacts(repository, run_id));
        if (found) artifact = found.value().at(0);
    }

    /// It comes whole, whatever happens.
    void check_download(const std::string& name) {
        const auto file = get(client().download_artifact(repository, artifact, directory.path() / name));
        BOOST_TEST_REQUIRE(static_cast<bool>(file), name << ": " << file.failure().text);
        BOOST_TEST((content(directory.path() / name) == bytes), name);
        BOOST_TEST(file.value().digest_checked, name);
    }
    void happens(std::uint64_t number, Fault fault) { server.script(FaultRule("GET", "", testing::nth(number), std::move(fault), Listener::blob)); }
    std::vector<testing::RecordedRequest> asked() { return server.recorder().requests(Listener::blob); }
    std::size_t addresses() { return server.recorder().count(Listener::api, "GET", "/zip"); }

    const TemporaryDirectory directory;
    const std::string bytes = std::string(300'000, 'a');
    Artifact artifact;
};

struct Impatient : WithArtifact {
    Impatient() : WithArtifact(150ms) {}
};

struct WithProxy : ServerFixture {
    WithProxy() : ServerFixture(true) { options.network.https_proxy = server.proxy_url(); }
    std::size_t tunnels() { return server.recorder().count(Listener::proxy, "CONNECT"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(networks)

BOOST_AUTO_TEST_CASE(case_15_families_take_turns_in_the_order_that_the_system_prefers) {
    const auto at = [](const char* address) { return boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address(address), 443); };
    const auto order = interleave({at("2001:db8::1"), at("2001:db8::2"), at("192.0.2.1"), at("192.0.2.2")});
    BOOST_TEST((order == std::vector{at("2001:db8::1"), at("192.0.2.1"), at("2001:db8::2"), at("192.0.2.2")}));
    BOOST_TEST((interleave({at("192.0.2.1"), at("2001:db8::1"), at("2001:db8::2")}) == std::vector{at("192.0.2.1"), at("2001:db8::1"), at("2001:db8::2")}));
}

BOOST_FIXTURE_TEST_CASE(case_15_an_address_that_swallows_packets_does_not_hold_up_the_other, ServerFixture) {
    const BlackHole hole(server.port(Listener::api));
    BOOST_TEST_REQUIRE(!hole.address().empty());
    options.network.overrides.clear();
    options.attempts = 1;
    lookup = [&](const std::string&) {
        LookupAnswer answer;
        answer.addresses = {hole.address(), "127.0.0.1"};
        return answer;
    };
    // The dead address alone would take all of the connect timeout.
    options.network.connect_timeout = 20s;
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST(static_cast<bool>(run()));
    const auto took = std::chrono::steady_clock::now() - begun;
    BOOST_TEST((took >= 250ms));
    BOOST_TEST((took < 5s));
    BOOST_TEST(static_cast<bool>(get(client().dispatch(repository, dispatch_of()))));
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/dispatches$") == 1U);
}

BOOST_FIXTURE_TEST_CASE(case_15_an_address_that_swallows_packets_alone_is_a_failed_connection, ServerFixture) {
    const BlackHole hole(server.port(Listener::api));
    BOOST_TEST_REQUIRE(!hole.address().empty());
    options.network.overrides.clear();
    options.network.connect_timeout = 150ms;
    options.attempts = 1;
    lookup = [&](const std::string&) {
        LookupAnswer answer;
        answer.addresses = {hole.address()};
        return answer;
    };
    const auto failed = run();
    BOOST_TEST((failed.failure().kind == ErrorKind::connect), failed.failure().text);
    BOOST_TEST(!failed.failure().may_have_arrived);
}

BOOST_FIXTURE_TEST_CASE(case_36_an_expired_address_is_asked_for_again, WithArtifact) {
    happens(1, testing::answer(403, "<Error><Code>AuthenticationFailed</Code>"));
    check_download("again");
    BOOST_TEST(addresses() == 2U);
    BOOST_TEST(!asked().at(1).header("range").has_value());
}

BOOST_FIXTURE_TEST_CASE(case_36_a_download_that_was_cut_goes_on_where_it_stopped, WithArtifact) {
    happens(1, testing::cut_after(150'000));
    check_download("resumed");
    const auto requests = asked();
    BOOST_TEST_REQUIRE(requests.size() == 2U);
    BOOST_TEST(requests[1].header("range").value_or("").starts_with("bytes=1"));
    BOOST_TEST(requests[1].header("if-range").has_value());
    BOOST_TEST(requests[1].status == 206U);
}

BOOST_FIXTURE_TEST_CASE(case_36_a_download_that_cannot_be_resumed_begins_anew, WithArtifact) {
    Fault without_tag = testing::cut_after(150'000);
    without_tag.headers = {{"ETag", ""}};
    happens(1, without_tag);
    check_download("without-a-tag");
    BOOST_TEST(!asked().at(1).header("range").has_value());

    server.clear_script();
    server.recorder().clear();
    happens(1, testing::cut_after(150'000));
    Fault other_file = testing::answer(200, bytes);  // the range is passed over, as for a file that has changed
    happens(2, other_file);
    check_download("changed");

    server.clear_script();
    server.recorder().clear();
    happens(1, testing::cut_after(150'000));
    happens(2, testing::answer(416));
    check_download("unsatisfied");
    BOOST_TEST(!asked().at(2).header("range").has_value());
}

BOOST_FIXTURE_TEST_CASE(case_36_a_download_that_stalls_goes_on_over_another_connection, Impatient) {
    happens(1, testing::stall_mid_body());
    check_download("stalled");
    BOOST_TEST(asked().at(1).header("range").has_value());
}

BOOST_FIXTURE_TEST_CASE(case_36_a_download_that_always_fails_says_so_and_leaves_nothing, WithArtifact) {
    server.script(FaultRule("GET", "", testing::always(), testing::cut_after(1000), Listener::blob));
    const auto file = get(client().download_artifact(repository, artifact, directory.path() / "never"));
    BOOST_TEST((file.failure().kind == ErrorKind::download), file.failure().text);
    BOOST_TEST(file.failure().attempts == 5);
    BOOST_TEST(std::filesystem::is_empty(directory.path()));
}

BOOST_FIXTURE_TEST_CASE(case_40_a_proxy_that_wants_a_password_is_asked_once, WithProxy) {
    testing::ProxyRules rules;
    rules.user = "somebody";
    rules.password = "sesame";
    server.set_proxy(rules);
    const auto refused = run();
    BOOST_TEST((refused.failure().kind == ErrorKind::proxy));
    BOOST_TEST(refused.failure().http_status == 407U);
    BOOST_TEST(!refused.failure().hint.empty());
    BOOST_TEST(tunnels() == 1U);
    BOOST_TEST((get(client().watch(repository, run_id)).failure().kind == ErrorKind::proxy));
    BOOST_TEST(tunnels() == 2U);
}

BOOST_FIXTURE_TEST_CASE(case_40_a_proxy_in_trouble_is_asked_again_for_a_dispatch_too, WithProxy) {
    testing::ProxyRules broken_rules;
    broken_rules.is_bad_gateway = true;
    server.set_proxy(broken_rules);
    std::optional<Result<Dispatched>> dispatched;
    boost::asio::co_spawn(context, client().dispatch(repository, dispatch_of()), [&](std::exception_ptr, Result<Dispatched> value) { dispatched = std::move(value); });
    BOOST_TEST(clock->run(context, [&] { return tunnels() >= 2; }));
    server.set_proxy(testing::ProxyRules());
    BOOST_TEST(clock->run(context, [&] { return dispatched.has_value(); }));
    BOOST_TEST(static_cast<bool>(*dispatched), dispatched->failure().text);
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/dispatches$") == 1U);
}

BOOST_FIXTURE_TEST_CASE(case_40_a_watch_gets_over_a_proxy_in_trouble, WithProxy) {
    testing::ProxyRules broken_rules;
    broken_rules.is_bad_gateway = true;
    server.set_proxy(broken_rules);
    std::optional<Result<Watched>> watched;
    boost::asio::co_spawn(context, client().watch(repository, run_id), [&](std::exception_ptr, Result<Watched> value) { watched = std::move(value); });
    BOOST_TEST(clock->run(context, [&] { return tunnels() >= 3; }));
    BOOST_TEST_REQUIRE(!watched.has_value());
    server.set_proxy(testing::ProxyRules());
    BOOST_TEST(clock->run(context, [&] { return watched.has_value(); }));
    BOOST_TEST_REQUIRE(static_cast<bool>(*watched), watched->failure().text);
    BOOST_TEST(watched->value().is_complete);
    BOOST_TEST(!watched->value().last_error.empty());
}

BOOST_FIXTURE_TEST_CASE(case_40_a_tunnel_that_dies_is_dug_again, WithProxy) {
    testing::ProxyRules deadly;
    deadly.dies_after = 2000;  // within the handshake or the answer
    server.set_proxy(deadly);
    std::optional<Result<WorkflowRun>> answered;
    boost::asio::co_spawn(context, client().run(repository, run_id), [&](std::exception_ptr, Result<WorkflowRun> value) { answered = std::move(value); });
    BOOST_TEST(clock->run(context, [&] { return tunnels() >= 2; }));
    server.set_proxy(testing::ProxyRules());
    BOOST_TEST(clock->run(context, [&] { return answered.has_value(); }));
    BOOST_TEST(static_cast<bool>(*answered), answered->failure().text);
}

BOOST_FIXTURE_TEST_CASE(case_40_what_no_proxy_names_is_asked_directly, WithProxy) {
    testing::ProxyRules silent;
    silent.is_silent = true;
    server.set_proxy(silent);
    options.network.no_proxy = "example.com, .gh.test";
    BOOST_TEST(static_cast<bool>(run()));
    BOOST_TEST(tunnels() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
