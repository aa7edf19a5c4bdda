#include "remote/connection.hpp"

#include "remote/ascii.hpp"
#include "remote/tls.hpp"

#include "base/text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <openssl/ssl.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Tcp = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;

struct Connection::Streams {
    Streams(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls)
        : context(std::move(tls)), stream(Tcp(std::move(socket)), *context) {}

    std::shared_ptr<asio::ssl::context> context;
    Tls stream;  // used as its lower layer alone until there was a handshake
    beast::flat_buffer buffer;
    bool is_tls = false;

    Tcp& tcp() { return stream.next_layer(); }
};

Connection::Connection(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls)
    : streams_(std::make_unique<Streams>(std::move(socket), std::move(tls))) {
    boost::system::error_code ignored;
    streams_->tcp().socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

Connection::~Connection() = default;

bool Connection::is_quiet() {
    char byte = 0;
    const int fd = streams_->tcp().socket().native_handle();
    const auto got = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

asio::awaitable<std::optional<RemoteFailure>> Connection::tunnel(Proxy proxy, std::string host, std::string port,
                                                                 std::string user_agent, SteadyTime deadline) {
    const std::string target = (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
    std::string request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\nUser-Agent: " + user_agent + "\r\n";
    if (!proxy.authorization.empty()) request += "Proxy-Authorization: " + proxy.authorization + "\r\n";
    request += "\r\n";
    const std::string shown = "the proxy " + proxy.host + ":" + proxy.port;
    const auto failed = [&shown](const std::string& why) { return RemoteFailure(ErrorKind::proxy, shown + " " + why); };

    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    streams_->tcp().expires_at(deadline);
    const auto bytes = asio::buffer(request);
    co_await asio::async_write(streams_->tcp(), bytes, token);
    constexpr std::size_t longest = 16U << 10;
    std::string answer;
    while (!error && !answer.ends_with("\r\n\r\n")) {
        if (answer.size() == longest) co_return failed("answers at too great length");
        char byte = 0;
        const auto one = asio::buffer(&byte, 1);
        co_await asio::async_read(streams_->tcp(), one, token);
        answer += byte;
    }
    if (is_abort(error)) co_return RemoteFailure(ErrorKind::cancelled, "cancelled");
    if (error == beast::error::timeout) co_return failed("did not answer in time");
    if (error) co_return failed("closed the connection: " + error.message());
    // HTTP/1.1 200 Connection established
    const std::string line = answer.substr(0, answer.find('\r'));
    const auto status = line.starts_with("HTTP/1.") && line.size() >= 12 ? parse_number(line.substr(9, 3)) : std::nullopt;
    if (!status) co_return failed("does not speak HTTP");
    if (*status >= 200 && *status < 300) co_return std::nullopt;
    RemoteFailure refused = failed("refused: " + printable(line.substr(9, 200)));
    refused.http_status = static_cast<unsigned>(*status);
    if (*status == 407) refused.hint = "give its user and password in the proxy's URL";
    co_return refused;
}

asio::awaitable<std::optional<RemoteFailure>> Connection::handshake(std::string host, SteadyTime deadline) {
    boost::system::error_code error;
    // Names go into SNI, addresses do not (RFC 6066, section 3).
    asio::ip::make_address(host, error);
    const bool is_name = static_cast<bool>(error);
    if (is_name && SSL_ctrl(streams_->stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) != 1) {
        co_return RemoteFailure(ErrorKind::tls, "the name " + host + " cannot be asked for");
    }
    const auto check = std::make_shared<CertificateCheck>(host);
    streams_->stream.set_verify_callback(
        [check](bool is_trusted, asio::ssl::verify_context& context) { return (*check)(is_trusted, context); }, error);
    auto token = asio::redirect_error(asio::use_awaitable, error);
    streams_->tcp().expires_at(deadline);
    co_await streams_->stream.async_handshake(asio::ssl::stream_base::client, token);
    if (!error) {
        streams_->is_tls = true;
        co_return std::nullopt;
    }
    if (is_abort(error)) co_return RemoteFailure(ErrorKind::cancelled, "cancelled");
    if (check->has_refused()) co_return check->refusal();
    if (error == beast::error::timeout) co_return RemoteFailure(ErrorKind::tls_timeout, host + " did not answer the TLS handshake in time");
    co_return RemoteFailure(ErrorKind::tls, "the TLS handshake with " + host + " failed: " + error.message());
}

asio::awaitable<WireOutcome> Connection::exchange(WireRequest request, SteadyTime deadline, std::chrono::milliseconds stall) {
    streams_->tcp().expires_at(deadline);
    if (stall.count() > 0) {
        request.before_piece = [this, deadline, stall] {
            streams_->tcp().expires_at(std::min(deadline, std::chrono::steady_clock::now() + stall));
        };
    }
    if (streams_->is_tls) co_return co_await exchange_over(streams_->stream, streams_->buffer, request);
    co_return co_await exchange_over(streams_->tcp(), streams_->buffer, request);
}

}  // namespace kahn::remote
