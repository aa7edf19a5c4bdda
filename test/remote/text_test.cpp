#include "base/text.hpp"
#include "remote/api_request.hpp"
#include "remote/link_header.hpp"
#include "remote/proxy_settings.hpp"
#include "remote/redact.hpp"
#include "remote/settings.hpp"
#include "remote/timestamps.hpp"
#include "remote/url.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <variant>

using namespace kahn;
using namespace kahn::remote;

namespace {

std::string base_of(std::string_view text) {
    const auto base = parse_base_url(text);
    const auto* const url = std::get_if<Url>(&base);
    return url ? url->origin() + url->target : "refused";
}

Environment environment(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(std::string(name));
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}

std::string token_for(const std::string& base, std::map<std::string, std::string> variables, const std::string& given = "") {
    RemoteOptions options;
    options.base_url = base;
    options.api_token = Secret(given);
    options.environment = environment(std::move(variables));
    const auto settings = resolve_settings(std::move(options));
    const auto* const good = std::get_if<Settings>(&settings);
    return good ? good->token.reveal() : "refused: " + std::get<RemoteFailure>(settings).text;
}

std::int64_t seconds_of(const std::optional<SystemTime>& time) {
    return time ? std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count() : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(urls_are_taken_apart_and_odd_ones_refused) {
    const auto url = parse_url("HTTPS://Api.GitHub.com/a/b?c=d#frag");
    BOOST_TEST_REQUIRE(url.has_value());
    BOOST_TEST(url->text() == "https://api.github.com/a/b?c=d");
    BOOST_TEST(url->port == "443");
    BOOST_TEST(parse_url("https://h:8443")->text() == "https://h:8443/");
    BOOST_TEST(parse_url("http://[::1]:80/x")->host_header() == "[::1]");
    for (const auto* const bad : {"ftp://h/", "https://", "https://u:p@h/", "https://h/a b", "https://h\r\nX: y/", "h/x", "https://h:0/",
                                  "https://h:65536/", "https://h:x/", "https://[::1/"}) {
        BOOST_TEST(!parse_url(bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_CASE(references_are_resolved_against_their_page) {
    const Url base = *parse_url("https://h/a/b/c?q=1");
    BOOST_TEST(resolve(base, "/x?y")->text() == "https://h/x?y");
    BOOST_TEST(resolve(base, "d")->text() == "https://h/a/b/d");
    BOOST_TEST(resolve(base, "../d")->text() == "https://h/a/d");
    BOOST_TEST(resolve(base, "../../../d")->text() == "https://h/d");
    BOOST_TEST(resolve(base, "?z")->text() == "https://h/a/b/c?z");
    BOOST_TEST(resolve(base, "//other/x")->text() == "https://other/x");
    BOOST_TEST(resolve(base, "http://other/x")->text() == "http://other/x");
    BOOST_TEST(!resolve(base, "javascript:alert(1)").has_value());
}

BOOST_AUTO_TEST_CASE(names_cannot_leave_their_path_segment) {
    BOOST_TEST(*path_segment("a/../b") == "a%2F..%2Fb");
    BOOST_TEST(*path_segment("c i.yml") == "c%20i.yml");
    BOOST_TEST(!path_segment("..").has_value());
    BOOST_TEST(!path_segment("").has_value());
    BOOST_TEST(std::get<std::string>(actions_path(Repository("acme", "ro?cket"))) == "/repos/acme/ro%3Fcket/actions");
    BOOST_TEST(std::holds_alternative<RemoteFailure>(actions_path(Repository("..", "x"))));
    BOOST_TEST(*percent_decode("a%2Fb") == "a/b");
    BOOST_TEST(!percent_decode("a%2").has_value());
}

BOOST_AUTO_TEST_CASE(a_request_has_the_headers_of_the_contract) {
    ApiHeaders headers;
    headers.token = "t0ken";
    headers.api_version = "2026-03-10";
    headers.user_agent = "kahn/1";
    headers.etag = "W/\"x\"";
    const auto get = make_api_request("GET", *parse_url("https://h/x"), "", headers);
    BOOST_TEST(get.headers.find("authorization").value() == "Bearer t0ken");
    BOOST_TEST(get.headers.find("x-github-api-version").value() == "2026-03-10");
    BOOST_TEST(get.headers.find("accept").value() == "application/vnd.github+json, application/json");
    BOOST_TEST(get.headers.find("user-agent").value() == "kahn/1");
    BOOST_TEST(get.headers.find("if-none-match").value() == "W/\"x\"");
    BOOST_TEST(!get.headers.find("content-type").has_value());
    const auto post = make_api_request("POST", *parse_url("https://h/x"), "{}", headers);
    BOOST_TEST(!post.headers.find("if-none-match").has_value());
    BOOST_TEST(post.headers.find("content-type").value() == "application/json; charset=utf-8");
    const auto elsewhere = make_api_request("GET", *parse_url("https://h/x"), "", headers, false);
    BOOST_TEST(!elsewhere.headers.find("authorization").has_value());
    BOOST_TEST(!elsewhere.headers.find("if-none-match").has_value());
    headers.token.clear();
    BOOST_TEST(!make_api_request("GET", *parse_url("https://h/x"), "", headers).headers.find("authorization").has_value());
}

BOOST_AUTO_TEST_CASE(the_body_of_a_dispatch_has_what_was_asked_for_and_no_more) {
    DispatchRequest request;
    request.ref = "main";
    BOOST_TEST(dispatch_body(request, false) == R"({"ref":"main"})");
    request.inputs["a"] = "b\"c";
    BOOST_TEST(dispatch_body(request, true) == R"({"ref":"main","inputs":{"a":"b\"c"},"return_run_details":true})");
}

BOOST_AUTO_TEST_CASE(timestamps_come_with_fractions_and_offsets) {
    BOOST_TEST(seconds_of(parse_iso8601("2020-01-22T19:33:08Z")) == 1579721588);
    BOOST_TEST(seconds_of(parse_iso8601("2020-01-20T09:42:40.000-08:00")) == 1579542160);
    BOOST_TEST(seconds_of(parse_iso8601("2020-01-20T09:42:40.5+0530")) == 1579493560);
    for (const auto* const bad : {"", "2020-01-22", "2020-13-22T19:33:08Z", "2020-02-30T19:33:08Z", "2020-01-22T19:33:08", "2020-01-22T25:33:08Z",
                                  "2020-01-22T19:33:08Zx", "9999-01-01T00:00:00Z", "2020-01-22T19:33:08.Z"}) {
        BOOST_TEST(!parse_iso8601(bad).has_value(), bad);
    }
    BOOST_TEST(seconds_of(parse_header_date("Sun, 06 Nov 1994 08:49:37 GMT")) == 784111777);
    BOOST_TEST(seconds_of(parse_header_date("Sunday, 06-Nov-94 08:49:37 GMT")) == 784111777);
    BOOST_TEST(seconds_of(parse_header_date("Sun Nov  6 08:49:37 1994")) == 784111777);
    BOOST_TEST(seconds_of(parse_header_date("2026-01-02 15:04:05 UTC")) == 1767366245);
    BOOST_TEST(seconds_of(parse_header_date("2026-01-02 15:04:05 -0700")) == 1767366245 + 7 * 3600);
    BOOST_TEST(!parse_header_date("yesterday").has_value());
    BOOST_TEST(to_header_date(SystemTime{std::chrono::seconds{784111777}}) == "Sun, 06 Nov 1994 08:49:37 GMT");
    BOOST_TEST(to_iso8601_with_offset(SystemTime{std::chrono::seconds{784111777}}) == "1994-11-06T08:49:37.000000+00:00");
}

BOOST_AUTO_TEST_CASE(the_next_page_is_found_in_any_order_of_parameters) {
    BOOST_TEST(*next_link(R"(<https://h/a>; rel="prev", <https://h/b>; title="x, y"; REL="first Next")") == "https://h/b");
    BOOST_TEST(*next_link(R"(<https://h/b>; rel=next)") == "https://h/b");
    BOOST_TEST(!next_link(R"(<https://h/b>; rel="last")").has_value());
    BOOST_TEST(!next_link("<https://h/b").has_value());
    BOOST_TEST(!next_link("").has_value());
}

BOOST_AUTO_TEST_CASE(pages_elsewhere_are_not_followed) {
    const Url base = *parse_url("https://h/api/v3");
    const Url page = *parse_url("https://h/api/v3/repos/a/b/actions/runs?page=1");
    const auto next = [&](const std::string& target) { return next_page(base, page, "<" + target + ">; rel=\"next\""); };
    BOOST_TEST(next("https://h/api/v3/repositories/7/actions/runs?page=2").has_value());
    BOOST_TEST(!next("https://evil/api/v3/x").has_value());
    BOOST_TEST(!next("http://h/api/v3/x").has_value());
    BOOST_TEST(!next("https://h/other").has_value());
    BOOST_TEST(!next("https://h/api/v3/../other").has_value());
    BOOST_TEST(!next("https://h:8443/api/v3/x").has_value());
}

BOOST_AUTO_TEST_CASE(a_server_may_be_named_in_any_usual_way) {
    BOOST_TEST(base_of("https://api.github.com/") == "https://api.github.com");
    BOOST_TEST(base_of("github.com") == "https://api.github.com");
    BOOST_TEST(base_of("ghe.example.com") == "https://ghe.example.com/api/v3");
    BOOST_TEST(base_of("https://ghe.example.com:8443/api/v3/") == "https://ghe.example.com:8443/api/v3");
    BOOST_TEST(base_of("https://sub.ghe.com") == "https://api.sub.ghe.com");
    BOOST_TEST(base_of("https://api.sub.ghe.com") == "https://api.sub.ghe.com");
    BOOST_TEST(base_of("http://127.0.0.1:8080/prefix") == "http://127.0.0.1:8080/prefix");
    BOOST_TEST(base_of("https://user:secret@h/") == "refused");
    BOOST_TEST(base_of("https://h/?token=x") == "refused");
}

BOOST_AUTO_TEST_CASE(address_and_token_come_from_arguments_then_from_the_environment_by_host) {
    RemoteOptions options;
    options.environment = environment({{"CI_CD_API_URL", "https://one.test/"}, {"GITHUB_API_URL", "https://two.test/"}});
    BOOST_TEST(std::get<Settings>(resolve_settings(options)).base.host == "one.test");
    options.base_url = "https://api.three.test";
    BOOST_TEST(std::get<Settings>(resolve_settings(options)).base.host == "api.three.test");

    BOOST_TEST(token_for("", {{"CI_CD_API_TOKEN", "ci"}, {"GH_TOKEN", "gh"}}) == "ci");
    BOOST_TEST(token_for("", {{"CI_CD_API_TOKEN", ""}, {"GH_TOKEN", "gh"}, {"GITHUB_TOKEN", "hub"}}) == "gh");
    BOOST_TEST(token_for("", {{"GH_ENTERPRISE_TOKEN", "ent"}}) == "");
    BOOST_TEST(token_for("ghe.test", {{"GH_TOKEN", "gh"}, {"GH_ENTERPRISE_TOKEN", "ent"}}) == "ent");
    BOOST_TEST(token_for("ghe.test", {{"GH_TOKEN", "gh"}}) == "");
    BOOST_TEST(token_for("", {{"GH_TOKEN", "gh"}}, "given") == "given");
}

BOOST_AUTO_TEST_CASE(a_token_that_would_end_its_header_is_refused_and_not_repeated) {
    const auto said = token_for("", {}, "abc\r\nX-Evil: 1");
    BOOST_TEST(said.starts_with("refused"));
    BOOST_TEST(said.find("Evil") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_token_never_goes_over_plain_http_to_another_machine) {
    BOOST_TEST(token_for("http://ghe.test", {}, "abc").starts_with("refused"));
    BOOST_TEST(token_for("http://ghe.test", {}).starts_with("refused"));
    BOOST_TEST(token_for("http://127.0.0.1:1", {}, "abc") == "abc");
}

BOOST_AUTO_TEST_CASE(proxies_have_users_and_exceptions) {
    const auto proxy = parse_proxy("http://us%40er:p%3Aw@proxy.test:3128");
    BOOST_TEST_REQUIRE(proxy.has_value());
    BOOST_TEST(proxy->host == "proxy.test");
    BOOST_TEST(proxy->port == "3128");
    BOOST_TEST(proxy->authorization == "Basic " + to_base64("us@er:p:w"));
    BOOST_TEST(parse_proxy("proxy.test:1")->port == "1");
    BOOST_TEST(!parse_proxy("socks5://x:1").has_value());
    const Url url = *parse_url("https://api.github.com/");
    BOOST_TEST(is_asked_directly(url, "*"));
    BOOST_TEST(is_asked_directly(url, "x, .github.com"));
    BOOST_TEST(is_asked_directly(url, "github.com"));
    BOOST_TEST(is_asked_directly(url, "api.github.com:443"));
    BOOST_TEST(!is_asked_directly(url, "api.github.com:444,hub.com"));
    BOOST_TEST(is_asked_directly(*parse_url("https://10.1.2.3/"), "10.0.0.0/8"));
    BOOST_TEST(!is_asked_directly(*parse_url("https://11.1.2.3/"), "10.0.0.0/8,fe80::/10"));
    BOOST_TEST(is_asked_directly(*parse_url("https://localhost/"), ""));
}

BOOST_AUTO_TEST_CASE(secrets_do_not_get_into_texts) {
    BOOST_TEST(redact("GET https://b/x?se=1&sig=abc%2F&x=1") == "GET https://b/x?se=1&sig=***&x=1");
    BOOST_TEST(redact("Authorization: Bearer abc\r\nHost: h") == "Authorization: ***\r\nHost: h");
    BOOST_TEST(redact("proxy-authorization:Basic x") == "proxy-authorization: ***");
    BOOST_TEST(redact("http://u:p@h/") == "http://***@h/");
    BOOST_TEST(redact("access_token=a token=b client_secret=c") == "access_token=*** token=*** client_secret=***");
    BOOST_TEST(redact("say ghp_12345!", "ghp_12345") == "say ***!");
    BOOST_TEST(snippet(std::string("a\x1b[31mb"), 100, "") == "a\\x1B[31mb");
    BOOST_TEST(snippet(std::string(1000, 'x') + "ghp_12345", 1003, "ghp_12345").find("ghp") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
