// The one file that has both Beast's HTTP and Asio's TLS in it: it compiles slowly.
#include "fake_github/site.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <optional>

namespace kahn::testing {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

class TlsContexts {
public:
    TlsContexts(const CertificateAuthority& authority, std::vector<std::string> hosts)
        : authority_(authority), hosts_(std::move(hosts)) {}

    asio::ssl::context& of(Greeting greeting) {
        auto& context = contexts_[greeting];
        if (!context) context = make(greeting);
        return *context;
    }

private:
    Identity identity(Greeting greeting) const {
        switch (greeting) {
            case Greeting::wrong_name: return authority_.issue({"elsewhere.test"});
            case Greeting::expired: return authority_.issue(hosts_, Validity::over);
            case Greeting::not_yet_valid: return authority_.issue(hosts_, Validity::not_begun);
            case Greeting::self_signed: return CertificateAuthority::self_signed(hosts_);
            default: return authority_.issue(hosts_);
        }
    }
    std::unique_ptr<asio::ssl::context> make(Greeting greeting) const {
        const auto own = identity(greeting);
        auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
        context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 |
                             asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
        context->use_certificate_chain(asio::buffer(own.certificate));
        context->use_private_key(asio::buffer(own.key), asio::ssl::context::pem);
        return context;
    }

    const CertificateAuthority& authority_;
    std::vector<std::string> hosts_;
    std::map<Greeting, std::unique_ptr<asio::ssl::context>> contexts_;
};

namespace {

constexpr std::uint32_t header_limit = 1U << 20;
constexpr std::uint64_t body_limit = 64U << 20;

class TlsConnection final : public Closable {
public:
    TlsConnection(Site& site_, Listener listener_, tcp::socket socket, Greeting greeting_, std::shared_ptr<TlsContexts> contexts_)
        : site(site_), listener(listener_), greeting(greeting_), contexts(std::move(contexts_)),
          timer(socket.get_executor()), stream(std::move(socket), contexts->of(greeting)) {}

    void close() noexcept override {
        error_code ignored;
        stream.next_layer().close(ignored);
        timer.cancel();
    }
    void close_if_idle() noexcept override {
        if (!is_idle) return;
        error_code ignored;
        is_leaving = true;
        stream.next_layer().cancel(ignored);
    }

    Site& site;
    Listener listener;
    Greeting greeting;
    std::shared_ptr<TlsContexts> contexts;
    asio::steady_timer timer;
    asio::ssl::stream<tcp::socket> stream;
    boost::beast::flat_buffer buffer;
    bool is_idle = false;
    bool is_leaving = false;
};
using ConnectionPtr = std::shared_ptr<TlsConnection>;

/// Returns when the client has gone, or the server goes.
asio::awaitable<void> wait_for_the_end(ConnectionPtr connection) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    std::array<char, 4096> ignored{};
    const auto place = asio::buffer(ignored);
    while (!error) co_await connection->stream.next_layer().async_read_some(place, token);
}

asio::awaitable<bool> pause(ConnectionPtr connection, std::chrono::milliseconds time) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    if (connection->site.is_stopping) co_return false;
    connection->timer.expires_after(time);
    co_await connection->timer.async_wait(token);
    co_return !error && !connection->site.is_stopping;
}

asio::awaitable<bool> write_all(ConnectionPtr connection, std::string_view bytes) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const auto place = asio::buffer(bytes);
    if (!bytes.empty()) co_await asio::async_write(connection->stream, place, token);
    co_return !error;
}

asio::awaitable<bool> write_filler(ConnectionPtr connection, std::size_t size) {
    const std::string piece(std::min<std::size_t>(size, 65536), 'x');
    bool is_good = true;
    while (is_good && size > 0) {
        const auto part = std::string_view(piece).substr(0, size);
        is_good = co_await write_all(connection, part);
        size -= part.size();
    }
    co_return is_good;
}

/// False: the connection is of no more use.
asio::awaitable<bool> write_plan(ConnectionPtr connection, const WirePlan& plan) {
    bool is_good = true;
    if (plan.delay.count() > 0) is_good = co_await pause(connection, plan.delay);
    const std::string_view bytes = plan.bytes;
    std::size_t done = plan.piece == 0 ? bytes.size() : std::min(bytes.size(), plan.slow_from);
    const auto at_once = bytes.substr(0, done);
    if (is_good) is_good = co_await write_all(connection, at_once);
    while (is_good && done < bytes.size()) {
        const auto part = bytes.substr(done, plan.piece);
        is_good = co_await write_all(connection, part);
        done += part.size();
        if (is_good && plan.pace.count() > 0) is_good = co_await pause(connection, plan.pace);
    }
    if (is_good) is_good = co_await write_filler(connection, plan.filler);
    if (is_good) is_good = co_await write_all(connection, plan.tail);
    while (is_good && plan.ending == Ending::endless) is_good = co_await write_all(connection, plan.repeat);
    co_return is_good;
}

asio::awaitable<void> leave(ConnectionPtr connection, Ending ending) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    auto& socket = connection->stream.next_layer();
    if (ending == Ending::reset) {
        reset_connection(socket);
        co_return;
    }
    if (ending == Ending::stall) {
        co_await wait_for_the_end(connection);
        co_return;
    }
    if (ending == Ending::close) {
        // The client's close_notify is not waited for: with nothing more to come in, the operation ends when ours is out.
        socket.shutdown(tcp::socket::shutdown_receive, error);
        co_await connection->stream.async_shutdown(token);
    }
    error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    socket.close(ignored);
}

Request to_request(const http::request<http::string_body>& message) {
    Request request(std::string(message.method_string()), std::string(message.target()));
    for (const auto& field : message.base()) request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    request.body = message.body();
    return request;
}

/// One request and its answer. How the connection is left; keep_alive: it is not.
asio::awaitable<Ending> serve_request(ConnectionPtr connection, std::uint64_t number) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    http::request_parser<http::string_body> parser;
    parser.header_limit(header_limit);
    parser.body_limit(body_limit);
    connection->is_idle = true;
    co_await http::async_read_header(connection->stream, connection->buffer, parser, token);
    connection->is_idle = false;
    if (connection->is_leaving) co_return Ending::close;
    if (error) co_return Ending::fin;
    co_await http::async_read(connection->stream, connection->buffer, parser, token);
    if (error) co_return Ending::fin;

    auto request = to_request(parser.get());
    const auto plan = connection->site.answerer.answer(connection->listener, number, std::move(request));
    const bool is_good = co_await write_plan(connection, plan);
    connection->site.answerer.answered();
    co_return is_good ? plan.ending : Ending::fin;
}

asio::awaitable<void> serve(ConnectionPtr connection) {
    const std::shared_ptr<Closable> closable = connection;
    const Registration registration(connection->site, connection->listener, closable);
    if (connection->site.is_stopping) co_return;
    if (connection->greeting == Greeting::reset) {
        reset_connection(connection->stream.next_layer());
        co_return;
    }
    if (connection->greeting == Greeting::silent) {
        co_await wait_for_the_end(connection);
        co_return;
    }
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await connection->stream.async_handshake(asio::ssl::stream_base::server, token);
    if (error) {
        connection->site.recorder.handshake_failed(connection->listener);
        co_return;
    }
    const auto number = registration.number();
    auto ending = Ending::keep_alive;
    while (ending == Ending::keep_alive && !connection->site.is_stopping) {
        ending = co_await serve_request(connection, number);
    }
    co_await leave(connection, ending);
}

}  // namespace

std::shared_ptr<TlsContexts> make_tls_contexts(const CertificateAuthority& authority, std::vector<std::string> hosts) {
    return std::make_shared<TlsContexts>(authority, std::move(hosts));
}

void serve_tls(Site& site, Listener listener, tcp::socket socket, Greeting greeting, const std::shared_ptr<TlsContexts>& contexts) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto executor = socket.get_executor();
    auto connection = std::make_shared<TlsConnection>(site, listener, std::move(socket), greeting, contexts);
    asio::co_spawn(executor, serve(std::move(connection)), [&site](std::exception_ptr failure) { note_failure(site, failure); });
}

}  // namespace kahn::testing
