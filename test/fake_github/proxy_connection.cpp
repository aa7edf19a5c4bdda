#include "fake_github/site.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <openssl/evp.h>

#include <array>
#include <optional>

namespace kahn::testing {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t head_limit = 64U << 10;

class ProxyConnection final : public Closable {
public:
    ProxyConnection(Site& site_, tcp::socket socket) : site(site_), client(std::move(socket)), server(client.get_executor()) {}

    void close() noexcept override {
        error_code ignored;
        client.close(ignored);
        server.close(ignored);
    }

    Site& site;
    tcp::socket client;
    tcp::socket server;
    std::string head;
    std::size_t passed = 0;  ///< bytes from the server
};
using ConnectionPtr = std::shared_ptr<ProxyConnection>;

std::string base64(const std::string& text) {
    std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
    const auto length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(length));
    return encoded;
}

/// The head of a request, taken apart: the request line and the fields.
RecordedRequest parse_head(const std::string& head) {
    RecordedRequest request;
    request.listener = Listener::proxy;
    const auto line_end = head.find("\r\n");
    const auto first = head.find(' ');
    const auto second = head.find(' ', first + 1);
    if (second == std::string::npos || second > line_end) return request;
    request.method = head.substr(0, first);
    request.target = head.substr(first + 1, second - first - 1);
    for (auto begin = line_end + 2; begin < head.size();) {
        const auto end = head.find("\r\n", begin);
        if (end == std::string::npos || end == begin) break;
        const auto line = head.substr(begin, end - begin);
        const auto colon = line.find(':');
        if (colon != std::string::npos) {
            const auto value = line.find_first_not_of(' ', colon + 1);
            request.headers.emplace_back(line.substr(0, colon), value == std::string::npos ? std::string() : line.substr(value));
        }
        begin = end + 2;
    }
    return request;
}

/// Where `host:port` is: only the fake's own listeners can be reached.
std::optional<std::uint16_t> port_of(const Site& site, const std::string& target) {
    const auto host = target.substr(0, target.rfind(':'));
    for (const auto& [name, port] : site.ports) {
        if (name == target || name == host) return port;
    }
    return std::nullopt;
}

struct Verdict {
    Verdict() = default;

    unsigned status = 200;
    std::string text;  ///< of the response, for all but 200
    std::uint16_t port = 0;
};
static_assert(!std::is_aggregate_v<Verdict>);

Verdict refuse(unsigned status, const std::string& fields) {
    Verdict verdict;
    verdict.status = status;
    const std::string reason = status == 407 ? "Proxy Authentication Required" : status == 405 ? "Method Not Allowed" : "Bad Gateway";
    verdict.text = "HTTP/1.1 " + std::to_string(status) + " " + reason + "\r\n" + fields + "Content-Length: 0\r\nConnection: close\r\n\r\n";
    return verdict;
}

Verdict judge(const Site& site, const RecordedRequest& request) {
    const auto& rules = site.proxy;
    if (!rules.user.empty()) {
        const auto given = request.header("Proxy-Authorization");
        if (!given || *given != "Basic " + base64(rules.user + ":" + rules.password)) {
            return refuse(407, "Proxy-Authenticate: Basic realm=\"fake\"\r\n");
        }
    }
    if (request.method != "CONNECT") return refuse(405, "Allow: CONNECT\r\n");
    const auto port = port_of(site, request.target);
    if (rules.is_bad_gateway || !port) return refuse(502, "");
    Verdict verdict;
    verdict.port = *port;
    verdict.text = "HTTP/1.1 200 Connection established\r\n\r\n";
    return verdict;
}

/// Passes bytes on until one side ends or the proxy is to die; then both are closed.
asio::awaitable<void> pump(ConnectionPtr connection, bool is_from_server) {
    auto& from = is_from_server ? connection->server : connection->client;
    auto& to = is_from_server ? connection->client : connection->server;
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    std::array<char, 16384> piece{};
    const auto place = asio::buffer(piece);
    while (!error) {
        const std::size_t size = co_await from.async_read_some(place, token);
        std::size_t allowed = size;
        if (is_from_server && connection->site.proxy.dies_after) {
            allowed = std::min(size, *connection->site.proxy.dies_after - std::min(connection->passed, *connection->site.proxy.dies_after));
            connection->passed += size;
        }
        const auto part = asio::buffer(piece.data(), allowed);
        error_code write_error;
        auto write_token = asio::redirect_error(asio::use_awaitable, write_error);
        if (allowed > 0) co_await asio::async_write(to, part, write_token);
        if (write_error || allowed < size) break;
    }
    connection->close();
}

asio::awaitable<void> serve(ConnectionPtr connection) {
    const std::shared_ptr<Closable> closable = connection;
    const Registration registration(connection->site, Listener::proxy, closable);
    if (connection->site.is_stopping) co_return;
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    auto buffer = asio::dynamic_buffer(connection->head, head_limit);
    const std::string_view end = "\r\n\r\n";
    const std::size_t length = co_await asio::async_read_until(connection->client, buffer, end, token);
    if (error) co_return;
    const auto early = connection->head.substr(length);  // a client that does not wait for the answer
    auto request = parse_head(connection->head.substr(0, length));
    request.connection = registration.number();
    const auto verdict = judge(connection->site, request);
    request.status = verdict.status;
    connection->site.recorder.add(std::move(request));
    if (connection->site.proxy.is_silent) {
        std::array<char, 1024> ignored{};
        const auto place = asio::buffer(ignored);
        while (!error) co_await connection->client.async_read_some(place, token);
        co_return;
    }
    if (verdict.port != 0) {
        const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), verdict.port);
        co_await connection->server.async_connect(endpoint, token);
        if (error) co_return;
    }
    const auto text = asio::buffer(verdict.text);
    co_await asio::async_write(connection->client, text, token);
    if (error || verdict.port == 0) co_return;
    const auto sent_early = asio::buffer(early);
    co_await asio::async_write(connection->server, sent_early, token);
    if (error) co_return;

    auto& site = connection->site;
    auto other = pump(connection, true);
    // Joined through the sockets: whichever direction ends first closes both. `open` holds a weak pointer; each has its own.
    asio::co_spawn(connection->client.get_executor(), std::move(other), [&site](std::exception_ptr failure) { note_failure(site, failure); });
    co_await pump(connection, false);
}

}  // namespace

void serve_proxy(Site& site, tcp::socket socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto executor = socket.get_executor();
    auto connection = std::make_shared<ProxyConnection>(site, std::move(socket));
    asio::co_spawn(executor, serve(std::move(connection)), [&site](std::exception_ptr failure) { note_failure(site, failure); });
}

}  // namespace kahn::testing
