#include "fake_github/wire_plan.hpp"

#include "fake_github/compress.hpp"
#include "fake_github/fault_script.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace kahn::testing;
using namespace std::chrono_literals;

Response json_answer(std::string body = "{\"id\":1}") {
    Response response(200, std::move(body));
    response.set("Content-Type", "application/json");
    return response;
}

std::string written(const Fault& fault, const Response& response = json_answer(), const Request& request = Request()) {
    return plan_response(request, response, fault, true).bytes;
}

const std::string honest_bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"id\":1}";

BOOST_AUTO_TEST_SUITE(wire_plans)

BOOST_AUTO_TEST_CASE(without_a_fault_the_response_is_whole_and_the_connection_is_kept) {
    const auto plan = plan_response(Request(), json_answer(), Fault(), true);
    BOOST_TEST(plan.bytes == honest_bytes);
    BOOST_CHECK(plan.ending == Ending::keep_alive);
    Request last;
    last.headers = {{"Connection", "Close"}};
    BOOST_CHECK(plan_response(last, json_answer(), Fault(), true).ending == Ending::close);
}

BOOST_AUTO_TEST_CASE(every_cut_is_a_beginning_of_the_honest_bytes) {
    for (std::size_t cut = 0; cut <= honest_bytes.size(); ++cut) BOOST_TEST(written(cut_after(cut)) == honest_bytes.substr(0, cut));
    BOOST_TEST(written(cut_mid_headers()) == honest_bytes.substr(0, 40));
    Fault in_body;
    in_body.cut_body_at = 3;
    BOOST_TEST(written(in_body).ends_with("\r\n\r\n{\"i"));
}

BOOST_AUTO_TEST_CASE(neither_204_nor_304_has_a_body_or_a_length) {
    BOOST_TEST(written(Fault(), Response(204)) == "HTTP/1.1 204 No Content\r\n\r\n");
    BOOST_TEST(written(unasked_304()).find("Content-Length") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_body_without_length_is_ended_by_the_connection) {
    const auto plan = plan_response(Request(), json_answer(), body_ended_by(Ending::fin), true);
    BOOST_TEST(plan.bytes.find("Content-Length") == std::string::npos);
    BOOST_CHECK(plan.ending == Ending::fin);
}

BOOST_AUTO_TEST_CASE(a_huge_body_is_announced_whole_and_not_held_in_memory) {
    const auto plan = plan_response(Request(), json_answer(), huge_body(200'000'000), true);
    BOOST_TEST(plan.bytes.find("Content-Length: 200000000\r\n") != std::string::npos);
    BOOST_TEST(plan.bytes.size() < 200U);
    const auto head = plan.bytes.find("\r\n\r\n") + 4;
    BOOST_TEST(plan.bytes.size() - head + plan.filler + plan.tail.size() == 200'000'000U);
}

BOOST_AUTO_TEST_CASE(endless_things_repeat) {
    const auto chunks = plan_response(Request(), json_answer(), endless_chunks(), true);
    BOOST_TEST(chunks.bytes.find("Transfer-Encoding: chunked") != std::string::npos);
    BOOST_TEST(chunks.bytes.find("Content-Length") == std::string::npos);
    BOOST_CHECK(chunks.ending == Ending::endless);
    BOOST_TEST(!chunks.repeat.empty());
    BOOST_CHECK(plan_response(Request(), json_answer(), endless_headers(), true).ending == Ending::endless);
    BOOST_TEST(written(huge_headers(60'000)).size() > 60'000U);
}

BOOST_AUTO_TEST_CASE(gzip_comes_to_whom_asks_for_it_or_by_fault) {
    Request request;
    request.headers = {{"Accept-Encoding", "gzip"}};
    const auto long_answer = json_answer(std::string(5000, ' '));
    const auto packed = written(Fault(), long_answer, request);
    BOOST_TEST(packed.find("Content-Encoding: gzip") != std::string::npos);
    BOOST_TEST(packed.size() < 500U);
    BOOST_TEST(written(Fault(), long_answer).size() > 5000U);
    BOOST_TEST(written(gzip(BodyCoding::gzip), long_answer).find("\r\n\r\n\x1f\x8b") != std::string::npos);
    const auto honest = written(gzip(BodyCoding::gzip), long_answer);
    const auto broken = written(gzip(BodyCoding::gzip_bad_crc), long_answer);
    BOOST_TEST(honest.size() == broken.size());
    BOOST_TEST(honest != broken);
    BOOST_TEST(written(gzip(BodyCoding::gzip_unlabelled), long_answer).find("Content-Encoding") == std::string::npos);
    BOOST_TEST(written(gzip(BodyCoding::gzip_bomb, 20'000'000)).size() < 120'000U);
}

BOOST_AUTO_TEST_CASE(what_goes_before_and_behind_is_there) {
    BOOST_TEST(written(continue_first()) == "HTTP/1.1 100 Continue\r\n\r\n" + honest_bytes);
    BOOST_TEST(written(junk_after()).starts_with(honest_bytes + "HTTP/1.1 200 OK"));
    BOOST_TEST(written(connection_close()).find("Connection: close\r\n") != std::string::npos);
    BOOST_TEST(written(redirect(302, "http://elsewhere.test/")).find("Location: http://elsewhere.test/\r\n") != std::string::npos);
    BOOST_TEST(written(redirect(302, "")).find("Location") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_slow_body_has_its_header_at_once) {
    const auto plan = plan_response(Request(), json_answer(), slow_body(1ms), true);
    BOOST_TEST(plan.bytes.substr(plan.slow_from) == "{\"id\":1}");
    BOOST_TEST(plan.piece == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(fault_scripts)

BOOST_AUTO_TEST_CASE(a_rule_happens_to_its_nth_matching_request_alone) {
    FaultScript script;
    script.add(FaultRule("GET", "/runs/[0-9]+$", nth(2), answer(502)));
    BOOST_TEST(!script.next(Listener::api, "GET", "/runs/1"));
    BOOST_TEST(!script.next(Listener::api, "GET", "/runs"));
    BOOST_TEST(!script.next(Listener::api, "POST", "/runs/1"));
    BOOST_TEST(!script.next(Listener::blob, "GET", "/runs/1"));
    BOOST_REQUIRE(script.next(Listener::api, "GET", "/runs/2"));
    BOOST_TEST(!script.next(Listener::api, "GET", "/runs/3"));
}

BOOST_AUTO_TEST_CASE(rules_add_up_to_a_script) {
    FaultScript script;
    script.add(FaultRule("", "", nth(1), answer(500)));
    script.add(FaultRule("", "", nth(2), answer(503)));
    BOOST_TEST(script.next(Listener::api, "GET", "/")->status.value() == 500U);
    BOOST_TEST(script.next(Listener::api, "GET", "/")->status.value() == 503U);
    BOOST_TEST(!script.next(Listener::api, "GET", "/"));
}

BOOST_AUTO_TEST_CASE(the_same_seed_makes_the_same_choices_at_about_the_rate_asked_for) {
    const auto choices = [](std::uint64_t seed) {
        FaultScript script;
        script.add(FaultRule("", "", with_probability(0.05, seed), drop()));
        std::vector<bool> made;
        for (int i = 0; i < 10'000; ++i) made.push_back(script.next(Listener::api, "GET", "/").has_value());
        return made;
    };
    const auto made = choices(7);
    BOOST_TEST((made == choices(7)));
    BOOST_TEST((made != choices(8)));
    const auto count = std::ranges::count(made, true);
    BOOST_TEST(count > 400);
    BOOST_TEST(count < 600);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
