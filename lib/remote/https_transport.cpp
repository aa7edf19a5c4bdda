#include "remote/https_transport.hpp"

#include <kahn/base/error.hpp>

#include "remote/connect_race.hpp"
#include "remote/connection.hpp"
#include "remote/proxy_settings.hpp"
#include "remote/tls.hpp"
#include "remote/url.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace kahn::remote {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

using ConnectionPtr = std::shared_ptr<Connection>;

/// Connections that wait for their next request.
class Pool {
public:
    explicit Pool(std::chrono::milliseconds idle_timeout) : idle_timeout_(idle_timeout) {}

    ConnectionPtr take(const std::string& origin, SteadyTime now) {
        auto& idle = idle_[origin];
        while (!idle.empty()) {
            Idle last = std::move(idle.back());
            idle.pop_back();
            if (now - last.since < idle_timeout_ && last.connection->is_quiet()) return std::move(last.connection);
        }
        return nullptr;
    }

    void give(const std::string& origin, ConnectionPtr connection, SteadyTime now) {
        constexpr std::size_t most = 16;
        auto& idle = idle_[origin];
        if (idle.size() == most) idle.erase(idle.begin());
        idle.push_back(Idle{std::move(connection), now});
    }

    void clear() noexcept { idle_.clear(); }

private:
    struct Idle {
        ConnectionPtr connection;
        SteadyTime since;
    };

    std::chrono::milliseconds idle_timeout_;
    std::map<std::string, std::vector<Idle>> idle_;
};

class HttpsTransport final : public Transport {
public:
    HttpsTransport(TransportOptions options, Lookup lookup) : shared_(std::make_shared<Shared>(std::move(options), std::move(lookup))) {}

    asio::awaitable<ExchangeOutcome> exchange(HttpRequest request, ExchangeOptions options) override {
        return run(shared_, std::move(request), std::move(options));
    }
    void close_idle() noexcept override { shared_->pool.clear(); }

private:
    struct Shared {
        Shared(TransportOptions options_, Lookup lookup_)
            : options(std::move(options_)), lookup(std::move(lookup_)), tls(make_tls_context(options)), pool(options.idle_timeout) {
            if (options.https_proxy.empty()) return;
            proxy = parse_proxy(options.https_proxy);
            // It may hold a password: it is not repeated.
            if (!proxy) throw Error(Errc::invalid_argument, "the proxy's address is none of the form http://host:port");
        }

        TransportOptions options;
        Lookup lookup;
        std::shared_ptr<asio::ssl::context> tls;
        std::optional<Proxy> proxy;
        Pool pool;
    };

    using Opened = Result<ConnectionPtr>;

    static const HostOverride* find_override(const Shared& shared, const std::string& host, const std::string& port) {
        for (const HostOverride& entry : shared.options.overrides) {
            if (entry.host == host && (entry.port.empty() || entry.port == port)) return &entry;
        }
        return nullptr;
    }

    /// Where a host is: by an override, as a literal, or by its name.
    static asio::awaitable<Result<std::vector<tcp::endpoint>>> find(std::shared_ptr<Shared> shared, std::string host,
                                                                    std::string port, SteadyTime deadline) {
        if (const HostOverride* const entry = find_override(*shared, host, port)) {
            host = entry->address;
            if (!entry->to_port.empty()) port = entry->to_port;
        }
        const auto number = static_cast<unsigned short>(std::stoi(port));
        std::vector<std::string> addresses{host};
        boost::system::error_code error;
        asio::ip::make_address(host, error);
        if (error) {
            const auto found = co_await look_up(shared->lookup, host, deadline);
            if (!found) co_return found.failure();
            addresses = found.value();
        }
        std::vector<tcp::endpoint> endpoints;
        for (const std::string& address : addresses) {
            const auto parsed = asio::ip::make_address(address, error);
            if (!error) endpoints.emplace_back(parsed, number);
        }
        if (endpoints.empty()) co_return RemoteFailure(ErrorKind::resolve, "'" + host + "' has no address that can be used");
        co_return endpoints;
    }

    static asio::awaitable<Opened> open(std::shared_ptr<Shared> shared, Url url, SteadyTime deadline) {
        const bool is_direct = !shared->proxy || is_asked_directly(url, shared->options.no_proxy);
        const std::string host = is_direct ? url.host : shared->proxy->host;
        const std::string port = is_direct ? url.port : shared->proxy->port;
        const auto by = [deadline](std::chrono::milliseconds limit) {
            return std::min(deadline, std::chrono::steady_clock::now() + limit);
        };
        const SteadyTime connect_by = by(shared->options.connect_timeout);
        const auto endpoints = co_await find(shared, host, port, connect_by);
        if (!endpoints) co_return endpoints.failure();
        const auto ordered = interleave(endpoints.value());
        const auto socket = co_await connect_any(ordered, connect_by);
        if (!socket) {
            RemoteFailure failure = socket.failure();
            if (!is_direct && failure.kind == ErrorKind::connect) failure.text = "the proxy: " + failure.text;
            co_return failure;
        }
        const auto connection = std::make_shared<Connection>(std::move(*socket.value()), shared->tls);
        if (!is_direct) {
            const SteadyTime tunnel_by = by(shared->options.connect_timeout);
            const auto failure = co_await connection->tunnel(*shared->proxy, url.host, url.port, shared->options.user_agent, tunnel_by);
            if (failure) co_return *failure;
        }
        if (url.is_https()) {
            const SteadyTime handshake_by = by(shared->options.handshake_timeout);
            const auto failure = co_await connection->handshake(url.host, handshake_by);
            if (failure) co_return *failure;
        }
        co_return connection;
    }

    static asio::awaitable<ExchangeOutcome> run(std::shared_ptr<Shared> shared, HttpRequest request, ExchangeOptions options) {
        const SteadyTime deadline = std::chrono::steady_clock::now() + options.timeout;
        ExchangeOutcome outcome;
        const auto url = parse_url(request.url);
        if (!url) {
            outcome.failure = RemoteFailure(ErrorKind::invalid_argument, "no http or https URL");
            co_return outcome;
        }
        WireRequest wire;
        wire.method = std::move(request.method);
        wire.target = url->target;
        wire.host = url->host_header();
        wire.headers = std::move(request.headers);
        wire.body = std::move(request.body);
        wire.header_limit = shared->options.header_limit;
        wire.body_limit = options.body_limit;
        wire.sink = std::move(options.sink);
        bool must_be_fresh = options.fresh_connection;
        for (;;) {
            ConnectionPtr connection;
            if (!must_be_fresh) connection = shared->pool.take(url->origin(), std::chrono::steady_clock::now());
            const bool is_reused = connection != nullptr;
            if (!is_reused) {
                const auto opened = co_await open(shared, *url, deadline);
                if (!opened) {
                    outcome.failure = opened.failure();
                    co_return outcome;
                }
                connection = opened.value();
            }
            WireOutcome got = co_await connection->exchange(wire, deadline, options.stall_timeout);
            // A kept connection that the server had closed meanwhile: that says nothing about the server.
            const bool was_stale = is_reused && !got.response && !got.got_bytes && got.failure.kind == ErrorKind::truncated;
            if (was_stale && wire.method == "GET") {
                must_be_fresh = true;
                continue;
            }
            if (got.can_be_kept && got.response) {
                shared->pool.give(url->origin(), std::move(connection), std::chrono::steady_clock::now());
            }
            outcome.response = std::move(got.response);
            outcome.failure = std::move(got.failure);
            outcome.status_seen = got.status_seen;
            co_return outcome;
        }
    }

    std::shared_ptr<Shared> shared_;
};

}  // namespace

std::shared_ptr<Transport> make_https_transport(TransportOptions options, Lookup lookup) {
    return std::make_shared<HttpsTransport>(std::move(options), std::move(lookup));
}

}  // namespace kahn::remote
