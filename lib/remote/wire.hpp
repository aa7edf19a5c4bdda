#pragma once

#include <kahn/remote/transport.hpp>

#include "remote/ascii.hpp"
#include "remote/wire_failure.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace kahn::remote {

/// One request as it goes over a connection.
struct WireRequest {
    WireRequest() = default;

    std::string method;
    std::string target;
    std::string host;
    Headers headers;
    std::string body;
    std::size_t header_limit = 64U << 10;
    std::size_t body_limit = 8U << 20;
    std::shared_ptr<BodySink> sink;
    std::function<void()> before_piece;  ///< of a body that goes to the sink; to move a deadline
};
static_assert(!std::is_aggregate_v<WireRequest>);

/// What came back over a connection.
struct WireOutcome {
    WireOutcome() = default;

    std::optional<HttpResponse> response;
    RemoteFailure failure;
    unsigned status_seen = 0;
    bool got_bytes = false;   ///< of the response
    bool can_be_kept = false;  ///< the connection is good for another request
};
static_assert(!std::is_aggregate_v<WireOutcome>);

/// Where the body of one response goes: to the caller's sink if it is what the sink is for, else into the response.
class BodyTarget {
public:
    BodyTarget(const WireRequest& request, HttpResponse& response) : request_(request), response_(response) {
        goes_to_sink_ = request.sink && (response.status == 200 || response.status == 206);
    }
    bool goes_to_sink() const noexcept { return goes_to_sink_; }
    bool begin() { return !goes_to_sink_ || request_.sink->begin(response_); }
    /// What is wrong, if something is.
    std::optional<RemoteFailure> take(std::string_view piece) {
        if (goes_to_sink_) {
            if (request_.sink->write(piece)) return std::nullopt;
            return RemoteFailure(ErrorKind::download, "the download was not taken any further");
        }
        if (response_.body.size() + piece.size() > request_.body_limit) {
            return RemoteFailure(ErrorKind::too_large,
                                 "the response is larger than " + std::to_string(request_.body_limit) + " bytes");
        }
        response_.body += piece;
        return std::nullopt;
    }

private:
    const WireRequest& request_;
    HttpResponse& response_;
    bool goes_to_sink_ = false;
};

/// Sends a request and reads its response, over any stream: TLS, plain, or one that a test makes fail.
///
/// Only a response that came whole is one: everything else is a failure, with what is known of it. `buffer` may hold the
/// beginning of the response.
template <class Stream>
boost::asio::awaitable<WireOutcome> exchange_over(Stream& stream, boost::beast::flat_buffer& buffer, const WireRequest& request) {
    namespace http = boost::beast::http;
    WireOutcome outcome;
    boost::system::error_code error;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);

    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(request.target);
    message.version(11);
    message.set(http::field::host, request.host);
    for (const auto& [name, value] : request.headers.fields()) message.insert(name, value);
    const bool has_body = !request.body.empty();
    if (has_body || request.method != "GET") message.set(http::field::content_length, std::to_string(request.body.size()));
    message.body() = request.body;
    co_await http::async_write(stream, message, token);
    if (error) {
        outcome.failure = wire_failure(error, "the request was not sent whole");
        outcome.failure.may_have_arrived = true;
        co_return outcome;
    }

    std::optional<http::response_parser<http::buffer_body>> parser;
    constexpr int most_interim_responses = 16;
    for (int interim = 0;; ++interim) {
        parser.emplace();
        parser->header_limit(static_cast<std::uint32_t>(request.header_limit));
        parser->body_limit(boost::none);
        co_await http::async_read_header(stream, buffer, *parser, token);
        outcome.got_bytes = outcome.got_bytes || parser->got_some() || buffer.size() > 0;
        if (error) {
            outcome.failure = wire_failure(error, "the response's header did not come whole");
            outcome.failure.may_have_arrived = true;
            co_return outcome;
        }
        const unsigned status = parser->get().result_int();
        if (status >= 200) break;
        if (status == 101 || interim == most_interim_responses) {
            outcome.failure = RemoteFailure(ErrorKind::protocol, "the server does not come to a response");
            outcome.failure.may_have_arrived = true;
            co_return outcome;
        }
    }

    HttpResponse response;
    response.status = parser->get().result_int();
    for (const auto& field : parser->get().base()) {
        response.headers.add(std::string(field.name_string()), std::string(field.value()));
    }
    outcome.status_seen = response.status;
    outcome.failure.may_have_arrived = true;
    const auto coding = response.headers.find("transfer-encoding");
    const bool is_understood = !coding || equals_ignoring_case(trim(*coding), "chunked");
    BodyTarget target(request, response);
    if (!is_understood || !target.begin()) {
        outcome.failure.kind = is_understood ? ErrorKind::download : ErrorKind::bad_encoding;
        outcome.failure.text = is_understood ? "the download was not wanted" : "the response has a transfer coding that is not known";
        co_return outcome;
    }
    std::array<char, 16384> piece;  // filled before it is read
    while (!parser->is_done()) {
        auto& body = parser->get().body();
        body.data = piece.data();
        body.size = piece.size();
        body.more = true;
        if (request.before_piece && target.goes_to_sink()) request.before_piece();
        co_await http::async_read_some(stream, buffer, *parser, token);
        const std::size_t length = piece.size() - parser->get().body().size;
        if (error == http::error::need_buffer) error = {};
        std::optional<RemoteFailure> refused;
        if (length > 0) refused = target.take(std::string_view(piece.data(), length));
        if (error && !refused) refused = wire_failure(error, "the response did not come whole");
        if (refused) {
            outcome.failure = std::move(*refused);
            outcome.failure.may_have_arrived = true;
            co_return outcome;
        }
    }
    outcome.can_be_kept = parser->keep_alive() && buffer.size() == 0;
    outcome.response = std::move(response);
    co_return outcome;
}

}  // namespace kahn::remote
