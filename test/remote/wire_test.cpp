#include "remote/wire.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

WireRequest request(const std::string& method = "GET", const std::string& body = "") {
    WireRequest out;
    out.method = method;
    out.target = "/x";
    out.host = "h";
    out.body = body;
    return out;
}

struct Exchange {
    WireOutcome outcome;
    std::string sent;
};

/// One exchange over a stream in memory that answers with `input`, and fails at its `fail_at`th operation.
Exchange over_memory(const std::string& input, const WireRequest& asked, std::size_t read_size = 0, std::size_t fail_at = 0) {
    asio::io_context context;
    beast::test::fail_count fail(fail_at == 0 ? 1'000'000 : fail_at - 1);
    beast::test::stream stream(context, fail);
    beast::test::stream other(context);
    stream.connect(other);
    if (read_size > 0) stream.read_size(read_size);
    stream.append(input);
    other.close();
    beast::flat_buffer buffer;
    Exchange result;
    bool is_done = false;
    asio::co_spawn(context, exchange_over(stream, buffer, asked), [&](std::exception_ptr failure, WireOutcome outcome) {
        is_done = failure == nullptr;
        result.outcome = std::move(outcome);
    });
    context.run();
    BOOST_TEST_REQUIRE(is_done);
    result.sent = std::string(other.str());
    return result;
}

const std::string simple = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: W/\"1\"\r\n\r\nhello";
const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";

class Collector final : public BodySink {
public:
    bool begin(const HttpResponse& head) override {
        status = head.status;
        return takes;
    }
    bool write(std::string_view bytes) override {
        text += bytes;
        return text.size() <= most;
    }
    unsigned status = 0;
    std::string text;
    bool takes = true;
    std::size_t most = 1'000'000;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(wires)

BOOST_AUTO_TEST_CASE(a_request_goes_out_as_http_has_it) {
    auto asked = request("POST", "{}");
    asked.headers.add("X-A", "b");
    const auto result = over_memory(simple, asked);
    BOOST_TEST(result.sent.starts_with("POST /x HTTP/1.1\r\nHost: h\r\nX-A: b\r\nContent-Length: 2\r\n"));
    BOOST_TEST(result.sent.ends_with("\r\n\r\n{}"));
    BOOST_TEST(over_memory(simple, request("POST")).sent.find("Content-Length: 0") != std::string::npos);
    BOOST_TEST(over_memory(simple, request()).sent.find("Content-Length") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_response_is_read_in_pieces_of_any_size) {
    for (const std::string& input : {simple, chunked}) {
        for (const std::size_t size : {1U, 2U, 7U, 4096U}) {
            const auto result = over_memory(input, request(), size);
            BOOST_TEST_REQUIRE(result.outcome.response.has_value());
            BOOST_TEST(result.outcome.response->body == "hello");
            BOOST_TEST(result.outcome.can_be_kept);
        }
    }
}

BOOST_AUTO_TEST_CASE(case_22_23_a_response_cut_at_any_byte_is_a_failure) {
    for (const std::string& input : {simple, chunked}) {
        for (std::size_t length = 0; length < input.size(); ++length) {
            const auto result = over_memory(input.substr(0, length), request());
            BOOST_TEST(!result.outcome.response.has_value(), length);
            BOOST_TEST((result.outcome.failure.kind == ErrorKind::truncated), length);
            BOOST_TEST(result.outcome.failure.may_have_arrived);
            BOOST_TEST(!result.outcome.can_be_kept);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_operation_that_fails_makes_a_failure) {
    int failures = 0;
    for (std::size_t fail_at = 1; fail_at < 100; ++fail_at) {
        const auto result = over_memory(simple, request("POST", "{}"), 4, fail_at);
        if (result.outcome.response) break;
        BOOST_TEST(result.outcome.failure.may_have_arrived);
        BOOST_TEST(!result.outcome.failure.text.empty());
        ++failures;
    }
    BOOST_TEST(failures > 5);
}

BOOST_AUTO_TEST_CASE(case_29_a_body_beyond_the_limit_is_not_read_on) {
    auto asked = request();
    asked.body_limit = 4;
    BOOST_TEST((over_memory(simple, asked).outcome.failure.kind == ErrorKind::too_large));
    BOOST_TEST((over_memory(chunked, asked).outcome.failure.kind == ErrorKind::too_large));
    asked.body_limit = 5;
    BOOST_TEST(over_memory(chunked, asked).outcome.response.has_value());
}

BOOST_AUTO_TEST_CASE(case_30_long_headers_are_accepted_and_endless_ones_are_not) {
    const auto with = [](std::size_t bytes) {
        std::string out = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
        for (int i = 0; bytes > 0; ++i) {
            const std::size_t part = std::min<std::size_t>(bytes, 4000);
            out += "X-" + std::to_string(i) + ": " + std::string(part, 'x') + "\r\n";
            bytes -= part;
        }
        return out + "\r\n";
    };
    BOOST_TEST(over_memory(with(60'000), request()).outcome.response.has_value());
    BOOST_TEST((over_memory(with(80'000), request()).outcome.failure.kind == ErrorKind::header_limit));
}

BOOST_AUTO_TEST_CASE(interim_responses_are_passed_over_but_not_for_ever) {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    BOOST_TEST(over_memory(interim + interim + simple, request()).outcome.response->body == "hello");
    std::string endless;
    for (int i = 0; i < 100; ++i) endless += interim;
    BOOST_TEST((over_memory(endless + simple, request()).outcome.failure.kind == ErrorKind::protocol));
    BOOST_TEST((over_memory("HTTP/1.1 101 Switching Protocols\r\n\r\n", request()).outcome.failure.kind == ErrorKind::protocol));
}

BOOST_AUTO_TEST_CASE(case_32_a_transfer_coding_that_is_not_undone_is_refused) {
    const std::string input = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n";
    BOOST_TEST((over_memory(input, request()).outcome.failure.kind == ErrorKind::bad_encoding));
}

BOOST_AUTO_TEST_CASE(case_37_a_connection_with_more_to_say_is_not_kept) {
    BOOST_TEST(!over_memory(simple + "junk", request()).outcome.can_be_kept);
    BOOST_TEST(!over_memory("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", request()).outcome.can_be_kept);
    BOOST_TEST(!over_memory("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", request()).outcome.can_be_kept);
}

BOOST_AUTO_TEST_CASE(answers_that_contradict_themselves_are_no_answers) {
    for (const auto* const input : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
                                    "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "\r\n\r\n"}) {
        const auto result = over_memory(input, request());
        BOOST_TEST(!result.outcome.response.has_value(), input);
    }
}

BOOST_AUTO_TEST_CASE(case_34_no_body_is_waited_for_where_none_can_be) {
    BOOST_TEST(over_memory("HTTP/1.1 304 Not Modified\r\nContent-Length: 999\r\n\r\n", request()).outcome.response->status == 304U);
    BOOST_TEST(over_memory("HTTP/1.1 204 No Content\r\n\r\n", request()).outcome.response->status == 204U);
}

BOOST_AUTO_TEST_CASE(a_download_goes_to_its_sink_and_an_errors_body_does_not) {
    auto asked = request();
    const auto sink = std::make_shared<Collector>();
    asked.sink = sink;
    BOOST_TEST(over_memory(chunked, asked).outcome.response->body.empty());
    BOOST_TEST(sink->text == "hello");
    BOOST_TEST(over_memory("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", asked).outcome.response->body == "no");
    BOOST_TEST(sink->text == "hello");
    sink->most = 2;
    BOOST_TEST((over_memory(simple, asked).outcome.failure.kind == ErrorKind::download));
    sink->takes = false;
    BOOST_TEST((over_memory(simple, asked).outcome.failure.kind == ErrorKind::download));
}

BOOST_AUTO_TEST_SUITE_END()
