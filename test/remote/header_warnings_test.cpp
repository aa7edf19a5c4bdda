#include "remote/header_warnings.hpp"
#include "remote/scripted_transport.hpp"
#include "remote/server_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;

namespace {

const SystemTime now{std::chrono::seconds{1'790'000'000}};  // 2026-09-21 14:13:20 UTC

std::vector<HeaderWarning> warnings(std::vector<Headers::Field> fields) {
    HttpResponse response;
    response.status = 200;
    response.headers.add("Date", to_header_date(now));
    for (auto& [name, value] : fields) response.headers.add(name, value);
    return warnings_in(response, now + 24h * 400);  // a local clock that is wrong does not matter
}

std::string warning(std::vector<Headers::Field> fields) {
    const auto all = warnings(std::move(fields));
    return all.size() == 1 ? all.front().text : std::to_string(all.size()) + " warnings";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Jumps as a machine's wall clock does when somebody sets it; its steady time does not.
class JumpingClock final : public Clock {
public:
    explicit JumpingClock(std::shared_ptr<VirtualClock> inner) : inner_(std::move(inner)) {}
    SystemTime system_now() const noexcept override { return inner_->system_now() + ahead; }
    SteadyTime now() const noexcept override { return inner_->now(); }
    boost::asio::awaitable<void> sleep_until(SteadyTime deadline) override { return inner_->sleep_until(deadline); }

    std::chrono::seconds ahead{0};

private:
    std::shared_ptr<VirtualClock> inner_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(header_warnings)

BOOST_AUTO_TEST_CASE(a_token_that_soon_expires_is_told_in_both_forms_of_its_date) {
    const std::string name = "github-authentication-token-expiration";
    BOOST_TEST(has(warning({{name, "2026-09-24 14:13:20 UTC"}}), "expires in 3 days, at 2026-09-24 14:13:20 UTC"));
    BOOST_TEST(has(warning({{name, "2026-09-22 00:13:20 +0500"}}), "expires in 5 hours"));
    BOOST_TEST(has(warning({{name, "2026-09-21 14:20:00 UTC"}}), "within the hour"));
    BOOST_TEST(has(warning({{name, "2026-09-20 14:13:20 UTC"}}), "has expired"));
    BOOST_TEST(warnings({{name, "2026-10-21 14:13:20 UTC"}}).empty());
    BOOST_TEST(warnings({{name, "soon"}}).empty());
}

BOOST_AUTO_TEST_CASE(what_is_deprecated_and_when_it_ends_is_told) {
    const auto text = warning({{"Deprecation", "@1790000000"}, {"Sunset", "Wed, 01 Sep 2027 00:00:00 GMT"}});
    BOOST_TEST(has(text, "deprecated: Mon, 21 Sep 2026"));
    BOOST_TEST(has(text, "gone after: Wed, 01 Sep 2027"));
    BOOST_TEST(has(warning({{"Deprecation", "true"}}), "deprecated: true"));
    BOOST_TEST(!has(warning({{"Sunset", "\x1b[31m"}}), "\x1b"));
    BOOST_TEST(warnings({}).empty());
}

BOOST_FIXTURE_TEST_CASE(each_matter_is_told_once, ServerFixture) {
    std::vector<std::string> lines;
    options.logger = Logger([&](LogLevel, std::string_view line) { lines.emplace_back(line); });
    server.edit([](testing::World& world) { world.sunset = "Wed, 01 Sep 2027 00:00:00 GMT"; });
    for (int i = 0; i < 3; ++i) BOOST_TEST(static_cast<bool>(run()));
    BOOST_TEST(lines.size() == 1U);
    BOOST_TEST(has(lines.at(0), "gone after"));
}

BOOST_FIXTURE_TEST_CASE(a_permission_that_is_missing_is_named, ServerFixture) {
    server.edit([](testing::World& world) { world.tokens.at(0).may_write_actions = false; });
    const auto refused = get(client().cancel(repository, run_id));
    BOOST_TEST((refused.failure().kind == ErrorKind::forbidden));
    BOOST_TEST(has(refused.failure().hint, "actions=write"), refused.failure().hint);
}

BOOST_AUTO_TEST_CASE(case_39_resets_are_the_servers_and_deadlines_the_steady_clocks) {
    for (const std::chrono::hours wrong : {-24h, 0h, 24h}) {
        RemoteFixture fixture;
        const auto jumping = std::make_shared<JumpingClock>(fixture.clock);
        jumping->ahead = wrong;
        fixture.options.clock = jumping;
        int asked = 0;
        fixture.transport->handler = [&](const HttpRequest&) {
            if (++asked > 1) return answer(200, run_json(42, "completed", "success"));
            jumping->ahead += 24h;  // while it waits
            return answer(403, R"({"message":"API rate limit exceeded"})",
                          {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1790000090"}, {"Date", to_header_date(now)}});
        };
        BOOST_TEST(static_cast<bool>(fixture.get(fixture.client().run(fixture.repository, 42))));
        BOOST_TEST(fixture.passed().count() == 91);

        fixture.transport->handler = [&](const HttpRequest&) {
            jumping->ahead = -jumping->ahead;
            return answer(200, run_json(42, "queued"));
        };
        WatchOptions watch;
        watch.deadline = fixture.clock->now() + 100s;
        const auto before = fixture.passed();
        BOOST_TEST(!fixture.get(fixture.client().watch(fixture.repository, 42, watch)).value().is_complete);
        BOOST_TEST((fixture.passed() - before).count() == 100);
    }
}

BOOST_AUTO_TEST_CASE(case_39_a_dispatch_is_found_by_the_servers_clock_alone) {
    for (const std::chrono::hours wrong : {-24h, 24h}) {
        ServerFixture fixture;
        fixture.server.edit([&](testing::World& world) { world.skew = wrong; });
        fixture.server.script(testing::FaultRule("POST", "/dispatches$", testing::nth(1), testing::commit_then_drop()));
        DispatchRequest request;
        request.workflow = "ci.yml";
        request.ref = "main";
        const auto dispatched = fixture.get(fixture.client().dispatch(fixture.repository, request));
        BOOST_TEST_REQUIRE(static_cast<bool>(dispatched), dispatched.failure().text);
        BOOST_TEST((dispatched.value().correlation == Correlation::matched));
    }
}

BOOST_FIXTURE_TEST_CASE(case_28_names_come_as_they_are_and_broken_ones_do_not_come, RemoteFixture) {
    const auto titled = [](const std::string& title) {
        return "{\"id\":42,\"status\":\"queued\",\"conclusion\":null,\"display_title\":\"" + title + "\"}";
    };
    for (const std::string broken_title : {"\xff", "\xc3(", "\\ud800", "\\udc00x", "\x01", "\x1b[31m", "\\x"}) {
        transport->handler = [&](const HttpRequest&) { return answer(200, titled(broken_title)); };
        BOOST_TEST((get(client().run(repository, 42)).failure().kind == ErrorKind::bad_json), broken_title);
    }
    transport->handler = [&](const HttpRequest&) { return answer(200, titled("a\\u0000b\\u001b[31m\xc2\x9b\\ud83d\\ude00")); };
    const auto run = get(client().run(repository, 42));
    BOOST_TEST_REQUIRE(static_cast<bool>(run), run.failure().text);
    BOOST_TEST(run.value().display_title == std::string("a\0b\x1b[31m\xc2\x9b\xf0\x9f\x98\x80", 14));
}

BOOST_AUTO_TEST_SUITE_END()
