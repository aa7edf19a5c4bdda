#include "remote/server_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;
using testing::BodyCoding;
using testing::Ending;
using testing::Fault;
using testing::FaultRule;
using testing::Greeting;
using testing::Listener;

namespace {

const std::string any_run = "/actions/runs/[0-9]+";

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

DispatchRequest dispatch_of(const std::string& ref = "main") {
    DispatchRequest request;
    request.workflow = "ci.yml";
    request.ref = ref;
    return request;
}

/// Something good comes at once, whatever happened before.
void check_recovers(ServerFixture& fixture) {
    fixture.server.clear_script();
    BOOST_TEST(static_cast<bool>(fixture.run()));
}

ErrorKind get_kind(ServerFixture& fixture) {
    fixture.options.attempts = 1;
    return fixture.kind();
}

struct Patient : ServerFixture {
    Patient() { options.attempts = 1; }
    void happens(Fault fault, testing::When when = testing::always()) { server.script(FaultRule("GET", any_run, when, std::move(fault))); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(servers)

BOOST_FIXTURE_TEST_CASE(a_workflow_is_started_watched_and_its_connection_kept, ServerFixture) {
    const auto dispatched = get(client().dispatch(repository, dispatch_of("")));
    BOOST_TEST_REQUIRE(static_cast<bool>(dispatched), dispatched.failure().text);
    BOOST_TEST((dispatched.value().correlation == Correlation::returned));
    WatchOptions watch;
    watch.is_fresh = true;
    const auto watched = get(client().watch(repository, dispatched.value().run_id, watch));
    BOOST_TEST_REQUIRE(static_cast<bool>(watched), watched.failure().text);
    BOOST_TEST(watched.value().run.conclusion == "success");
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/dispatches$") == 1U);
    // One for reading, one for the dispatch, which is never sent over a kept one.
    BOOST_TEST(server.recorder().connections(Listener::api) == 2U);
    BOOST_TEST(server.recorder().breaches().empty());
}

BOOST_FIXTURE_TEST_CASE(case_01_a_dispatch_whose_answer_was_a_502_is_found_and_not_repeated, ServerFixture) {
    server.script(FaultRule("POST", "/dispatches$", testing::nth(1), testing::commit_then_drop()));
    const auto dispatched = get(client().dispatch(repository, dispatch_of()));
    BOOST_TEST_REQUIRE(static_cast<bool>(dispatched), dispatched.failure().text);
    BOOST_TEST((dispatched.value().correlation == Correlation::matched));
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/dispatches$") == 1U);

    server.script(FaultRule("POST", "/dispatches$", testing::always(), testing::answer(502, "<html>")));
    const auto lost = get(client().dispatch(repository, dispatch_of()));
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/dispatches$") == 2U);
    BOOST_TEST((lost.failure().kind == ErrorKind::outcome_unknown));
}

BOOST_FIXTURE_TEST_CASE(case_05_the_secondary_limit_of_a_server_is_waited_out, ServerFixture) {
    server.edit([](testing::World& world) { world.limits.secondary_until = 50s; });
    BOOST_TEST(static_cast<bool>(run()));
    BOOST_TEST(clock->passed() >= 60s);
}

BOOST_FIXTURE_TEST_CASE(case_11_dispatches_that_are_refused_have_githubs_words, ServerFixture) {
    BOOST_TEST(get(client().dispatch(repository, dispatch_of("fail"))).failure().github_message == "No ref found for: fail");
    auto unexpected = dispatch_of();
    unexpected.inputs["foo"] = "1";
    BOOST_TEST(get(client().dispatch(repository, unexpected)).failure().github_message.find("Unexpected inputs") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_enterprise_server_of_3_19_is_served, ServerFixture) {
    server.edit([](testing::World& world) { world.become_ghes("3.19.2"); });
    options.base_url = server.base_url();
    const auto dispatched = get(client().dispatch(repository, dispatch_of()));
    BOOST_TEST_REQUIRE(static_cast<bool>(dispatched), dispatched.failure().text);
    BOOST_TEST(dispatched.value().run_id > run_id);
    BOOST_TEST((dispatched.value().correlation == Correlation::matched));
}

BOOST_AUTO_TEST_CASE(case_14_names_that_are_not_found_or_never_looked_up) {
    ServerFixture unknown;
    unknown.options.network.overrides.clear();
    unknown.lookup = [](const std::string&) {
        LookupAnswer answer;
        answer.error = "Name or service not known";
        return answer;
    };
    const auto failed = unknown.run();
    BOOST_TEST((failed.failure().kind == ErrorKind::resolve));
    BOOST_TEST(failed.failure().attempts == 3);

    std::promise<void> never;
    const std::shared_future<void> answered = never.get_future().share();
    const auto begun = std::chrono::steady_clock::now();
    {
        ServerFixture stuck;
        stuck.options.network.overrides.clear();
        stuck.options.request_timeout = 200ms;
        stuck.options.attempts = 1;
        stuck.lookup = [answered](const std::string&) {
            answered.wait();
            return LookupAnswer();
        };
        BOOST_TEST((stuck.kind() == ErrorKind::resolve));
    }
    BOOST_TEST(((std::chrono::steady_clock::now() - begun) < 5s));
    never.set_value();
}

BOOST_FIXTURE_TEST_CASE(case_15_a_dead_address_costs_little_if_another_lives, Patient) {
    options.network.overrides.clear();
    options.base_url = "https://api.gh.test:" + std::to_string(server.port(Listener::api));
    lookup = [](const std::string&) {
        LookupAnswer answer;
        answer.addresses = {"100::1", "127.0.0.1"};
        return answer;
    };
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST(static_cast<bool>(run()));
    BOOST_TEST(((std::chrono::steady_clock::now() - begun) < 3s));
}

BOOST_FIXTURE_TEST_CASE(case_16_a_handshake_that_is_not_answered_is_given_up, Patient) {
    options.network.handshake_timeout = 150ms;
    server.greet(Listener::api, Greeting::silent);
    BOOST_TEST((kind() == ErrorKind::tls_timeout));
    BOOST_TEST(server.recorder().count(Listener::api) == 0U);
}

BOOST_FIXTURE_TEST_CASE(case_16_a_handshake_that_is_reset_was_no_request, Patient) {
    server.greet(Listener::api, Greeting::reset);
    const auto failed = run();
    // The reset may be quicker than the kernel's word that the connection is there.
    BOOST_TEST((failed.failure().kind == ErrorKind::tls || failed.failure().kind == ErrorKind::connect), failed.failure().text);
    BOOST_TEST(!failed.failure().may_have_arrived);
    server.greet(Listener::api, Greeting::honest);
    BOOST_TEST(static_cast<bool>(run()));
    BOOST_TEST(server.recorder().count(Listener::api) == 1U);
}

BOOST_FIXTURE_TEST_CASE(case_17_18_19_certificates_that_are_not_good_enough, ServerFixture) {
    const std::vector<std::pair<Greeting, const char*>> cases{{Greeting::wrong_name, "not one of api.gh.test"},
                                                              {Greeting::expired, "expired"},
                                                              {Greeting::not_yet_valid, "not yet valid"},
                                                              {Greeting::self_signed, "self"}};
    for (const auto& [greeting, words] : cases) {
        server.greet(Listener::api, greeting);
        const auto failed = run();
        BOOST_TEST((failed.failure().kind == ErrorKind::tls_verify), words);
        BOOST_TEST(failed.failure().text.find(words) != std::string::npos, failed.failure().text);
        BOOST_TEST(failed.failure().attempts == 1);
    }
    BOOST_TEST(server.recorder().count(Listener::api) == 0U);  // no byte of HTTP was sent
}

BOOST_FIXTURE_TEST_CASE(case_19_an_authority_that_nobody_knows, Patient) {
    options.network.ca_file.clear();
    const auto failed = run();
    BOOST_TEST((failed.failure().kind == ErrorKind::tls_verify));
    BOOST_TEST(failed.failure().hint.find("--cacert") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(case_21_a_kept_connection_that_died_is_replaced_at_once, Patient) {
    BOOST_TEST(static_cast<bool>(run()));
    server.close_idle();
    BOOST_TEST(static_cast<bool>(run()));
    happens(testing::close_silently(), testing::nth(1));
    BOOST_TEST(static_cast<bool>(run()));
    BOOST_TEST(static_cast<bool>(run()));
    happens(testing::drop(), testing::nth(1));  // on a reused connection, before any byte of the answer
    BOOST_TEST(static_cast<bool>(run()));
}

BOOST_FIXTURE_TEST_CASE(case_22_23_25_26_28_answers_that_are_not_whole, Patient) {
    const std::vector<std::pair<Fault, ErrorKind>> cases{{testing::cut_mid_headers(), ErrorKind::truncated},
                                                         {testing::cut_mid_body(), ErrorKind::truncated},
                                                         {testing::cut_mid_body(Ending::fin), ErrorKind::truncated},
                                                         {testing::body_ended_by(Ending::fin), ErrorKind::truncated},
                                                         {testing::invalid_json(), ErrorKind::bad_json},
                                                         {testing::invalid_utf8(), ErrorKind::bad_json}};
    for (std::size_t i = 0; i < cases.size(); ++i) {
        server.clear_script();
        client().close_idle();
        happens(cases[i].first);
        const auto failed = run();
        BOOST_TEST_REQUIRE(!failed, i);
        BOOST_TEST((failed.failure().kind == cases[i].second), i << ": " << failed.failure().text);
    }
    check_recovers(*this);
    happens(testing::body_ended_by(Ending::close));
    BOOST_TEST(static_cast<bool>(run()));
}

BOOST_FIXTURE_TEST_CASE(a_response_cut_anywhere_is_a_failure_over_tls_too, Patient) {
    server.edit([](testing::World& world) { world.sends_long_headers = false; });
    BOOST_TEST(static_cast<bool>(run()));
    int failures = 0;
    for (std::size_t length = 0; length < 100'000; length += 61) {
        server.clear_script();
        client().close_idle();
        happens(testing::cut_after(length));
        const auto result = run();
        if (result) break;
        ++failures;
        BOOST_TEST((result.failure().kind == ErrorKind::truncated), length << ": " << result.failure().text);
    }
    BOOST_TEST(failures > 10);
    BOOST_TEST(failures < 1000);
}

BOOST_FIXTURE_TEST_CASE(case_29_30_32_too_much_or_wrongly_packed, Patient) {
    const std::vector<std::pair<Fault, ErrorKind>> cases{{testing::huge_body(30U << 20), ErrorKind::too_large},
                                                         {testing::endless_chunks(), ErrorKind::too_large},
                                                         {testing::endless_headers(), ErrorKind::header_limit},
                                                         {testing::gzip(BodyCoding::gzip_bad_crc), ErrorKind::bad_encoding},
                                                         {testing::gzip(BodyCoding::gzip_bomb, 50U << 20), ErrorKind::too_large},
                                                         {testing::gzip(BodyCoding::gzip_unlabelled), ErrorKind::bad_json}};
    for (std::size_t i = 0; i < cases.size(); ++i) {
        server.clear_script();
        happens(cases[i].first);
        const auto failed = run();
        BOOST_TEST_REQUIRE(!failed, i);
        BOOST_TEST((failed.failure().kind == cases[i].second), i << ": " << failed.failure().text);
    }
    check_recovers(*this);
    happens(testing::huge_headers(40'000));
    BOOST_TEST(static_cast<bool>(run()));
    server.clear_script();
    happens(testing::gzip(BodyCoding::gzip));
    BOOST_TEST(static_cast<bool>(run()));
    server.clear_script();
    happens(testing::continue_first());
    BOOST_TEST(static_cast<bool>(run()));
}

BOOST_FIXTURE_TEST_CASE(case_33_slowness_ends_at_the_deadline, Patient) {
    options.request_timeout = 200ms;
    for (const Fault& fault : {testing::slow_headers(50ms), testing::slow_body(50ms), testing::stall(), testing::stall_mid_body()}) {
        server.clear_script();
        happens(fault);
        const auto begun = std::chrono::steady_clock::now();
        BOOST_TEST((kind() == ErrorKind::timeout));
        BOOST_TEST(((std::chrono::steady_clock::now() - begun) < 3s));
    }
    check_recovers(*this);
}

BOOST_FIXTURE_TEST_CASE(case_34_what_did_not_change_costs_no_quota, ServerFixture) {
    BOOST_TEST(static_cast<bool>(run()));
    const auto before = get(client().rate_limit());
    for (int i = 0; i < 5; ++i) BOOST_TEST(static_cast<bool>(run()));
    const auto after = get(client().rate_limit());
    BOOST_TEST(after.value().remaining == before.value().remaining);
    server.script(FaultRule("GET", any_run, testing::nth(1), testing::unasked_304()));
    BOOST_TEST(static_cast<bool>(run()));
}

BOOST_FIXTURE_TEST_CASE(case_35_redirects_are_followed_where_they_may_be, ServerFixture) {
    server.edit([](testing::World& world) { world.repository("acme", "rocket").former_names = {"acme/old"}; });
    BOOST_TEST(static_cast<bool>(get(client().run(Repository("acme", "old"), run_id))));
    const auto dispatched = get(client().dispatch(Repository("acme", "old"), dispatch_of()));
    BOOST_TEST(static_cast<bool>(dispatched), dispatched.failure().text);
    options.attempts = 1;
    for (const std::string to : {"http://api.gh.test/x", "ftp://x", ""}) {
        server.clear_script();
        server.script(FaultRule("GET", any_run, testing::always(), testing::redirect(302, to)));
        BOOST_TEST((kind() == ErrorKind::redirect), to);
    }
    BOOST_TEST(server.recorder().breaches().empty());
}

BOOST_FIXTURE_TEST_CASE(case_35_36_logs_and_artifacts_come_from_another_host_without_the_token, ServerFixture) {
    const TemporaryDirectory directory;
    testing::RunPlan plan;
    testing::JobPlan job("build", 0ms, 1000ms);
    job.log = std::string(200'000, 'l') + "\nend\n";
    plan.jobs.push_back(job);
    plan.artifacts.emplace_back("report", std::string(300'000, 'a'));
    plan.timeline = {testing::TimelinePoint(0ms, "completed", "success")};
    run_id = server.start_run("acme", "rocket", plan);
    clock->advance(10s);
    const auto jobs = get(client().jobs(repository, run_id));
    BOOST_TEST_REQUIRE(static_cast<bool>(jobs), jobs.failure().text);
    const auto log = get(client().download_job_log(repository, jobs.value().at(0).id, directory.path() / "log"));
    BOOST_TEST_REQUIRE(static_cast<bool>(log), log.failure().text);
    BOOST_TEST((content(directory.path() / "log") == job.log));
    BOOST_TEST(server.recorder().breaches().empty());
    for (const auto& request : server.recorder().requests(Listener::blob)) BOOST_TEST(!request.header("authorization").has_value());

    // An expired address and two cuts on the way.
    server.script(FaultRule("GET", "", testing::nth(1), testing::answer(403, "<Error><Code>AuthenticationFailed</Code>"), Listener::blob));
    server.script(FaultRule("GET", "", testing::nth(2), testing::cut_after(150'000), Listener::blob));
    const auto artifacts = get(client().artifacts(repository, run_id));
    BOOST_TEST_REQUIRE(static_cast<bool>(artifacts), artifacts.failure().text);
    const auto file = get(client().download_artifact(repository, artifacts.value().at(0), directory.path() / "report.zip"));
    BOOST_TEST_REQUIRE(static_cast<bool>(file), file.failure().text);
    BOOST_TEST((content(directory.path() / "report.zip") == std::string(300'000, 'a')));
    BOOST_TEST(file.value().digest_checked);
    BOOST_TEST(!std::filesystem::exists(directory.path() / "report.zip.part"));

    Artifact lie = artifacts.value().at(0);
    lie.digest = "sha256:" + std::string(64, '0');
    const auto refused = get(client().download_artifact(repository, lie, directory.path() / "lie.zip"));
    BOOST_TEST((refused.failure().kind == ErrorKind::download));
    BOOST_TEST(!std::filesystem::exists(directory.path() / "lie.zip"));
}

BOOST_FIXTURE_TEST_CASE(case_37_connections_that_are_not_to_be_kept_are_not, Patient) {
    happens(testing::connection_close(), testing::nth(1));
    BOOST_TEST(static_cast<bool>(run()));
    BOOST_TEST(static_cast<bool>(run()));
    BOOST_TEST(server.recorder().connections(Listener::api) == 2U);
    happens(testing::junk_after(), testing::nth(1));
    BOOST_TEST(static_cast<bool>(run()));
    BOOST_TEST(static_cast<bool>(run()));
}

BOOST_FIXTURE_TEST_CASE(case_39_a_clock_that_is_a_day_wrong_does_not_matter, ServerFixture) {
    server.edit([](testing::World& world) {
        world.skew = std::chrono::hours{24};
        world.limits.limit = 1;
        world.limits.window = 90s;
    });
    BOOST_TEST(static_cast<bool>(run()));
    const auto limited = get(client().runs(repository));
    BOOST_TEST(static_cast<bool>(limited), limited.failure().text);
    BOOST_TEST(clock->passed() < 200s);
}

BOOST_AUTO_TEST_CASE(case_40_a_proxy_tunnels_refuses_and_dies) {
    ServerFixture fixture(true);
    fixture.options.network.https_proxy = fixture.server.proxy_url();
    fixture.options.attempts = 1;
    testing::ProxyRules rules;
    rules.user = "us@er";
    rules.password = "pw";
    fixture.server.set_proxy(rules);
    const auto refused = fixture.run();
    BOOST_TEST((refused.failure().kind == ErrorKind::proxy));
    BOOST_TEST(refused.failure().http_status == 407U);

    ServerFixture allowed(true);
    allowed.server.set_proxy(rules);
    std::string proxy = allowed.server.proxy_url();
    allowed.options.network.https_proxy = proxy.insert(7, "us%40er:pw@");
    const auto through = allowed.run();
    BOOST_TEST(static_cast<bool>(through), through.failure().text);
    for (const auto& request : allowed.server.recorder().requests(Listener::proxy)) BOOST_TEST(request.method == "CONNECT");
    for (const auto& request : allowed.server.recorder().requests(Listener::api)) BOOST_TEST(!request.header("proxy-authorization").has_value());

    ServerFixture gateway(true);
    rules = testing::ProxyRules();
    rules.is_bad_gateway = true;
    gateway.server.set_proxy(rules);
    gateway.options.network.https_proxy = gateway.server.proxy_url();
    const auto bad = get_kind(gateway);
    BOOST_TEST((bad == ErrorKind::proxy));

    ServerFixture direct(true);
    direct.server.set_proxy(rules);
    direct.options.network.https_proxy = direct.server.proxy_url();
    direct.options.network.no_proxy = "gh.test";
    BOOST_TEST(static_cast<bool>(direct.run()));
}

BOOST_FIXTURE_TEST_CASE(case_43_a_cancelled_request_ends_at_once_in_every_phase, ServerFixture) {
    server.script(FaultRule("GET", any_run, testing::always(), testing::stall()));
    for (int steps = 0; steps < 40; ++steps) {
        boost::asio::cancellation_signal signal;
        std::optional<Result<WorkflowRun>> result;
        boost::asio::co_spawn(context, client().run(repository, run_id),
                              boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, Result<WorkflowRun> value) { result = std::move(value); }));
        context.restart();
        for (int i = 0; i < steps; ++i) context.run_one_for(2ms);
        signal.emit(boost::asio::cancellation_type::terminal);
        const auto begun = std::chrono::steady_clock::now();
        while (!result && std::chrono::steady_clock::now() - begun < 2s) context.run_one_for(10ms);
        BOOST_TEST_REQUIRE(result.has_value(), steps);
        BOOST_TEST((result->failure().kind == ErrorKind::cancelled), steps);
    }
}

BOOST_AUTO_TEST_CASE(case_43_a_context_may_be_destroyed_under_a_call) {
    for (const int steps : {0, 1, 3, 6, 10, 30}) {
        ServerFixture fixture;
        fixture.server.script(FaultRule("GET", any_run, testing::always(), testing::stall()));
        auto context = std::make_unique<boost::asio::io_context>();
        {
            Client client(context->get_executor(), fixture.options);
            boost::asio::co_spawn(*context, client.run(fixture.repository, fixture.run_id), [](std::exception_ptr, Result<WorkflowRun>) {});
        }
        for (int i = 0; i < steps; ++i) context->run_one_for(2ms);
        const auto begun = std::chrono::steady_clock::now();
        context.reset();
        BOOST_TEST(((std::chrono::steady_clock::now() - begun) < 1s));
    }
}

BOOST_AUTO_TEST_SUITE_END()
