#pragma once

#include <kahn/base/time.hpp>

#include "remote/proxy_settings.hpp"
#include "remote/wire.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace kahn::remote {

/// One connection to one server, plain or by TLS, direct or through a proxy's tunnel.
class Connection {
public:
    Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Asks a proxy for a tunnel. Nothing: it is there. Reads not a byte beyond the proxy's answer.
    boost::asio::awaitable<std::optional<RemoteFailure>> tunnel(Proxy proxy, std::string host, std::string port,
                                                                std::string user_agent, SteadyTime deadline);
    /// Nothing: the server is who it should be.
    boost::asio::awaitable<std::optional<RemoteFailure>> handshake(std::string host, SteadyTime deadline);
    /// \param stall  the longest time between two pieces of a body that goes to a sink; 0: only the deadline counts
    boost::asio::awaitable<WireOutcome> exchange(WireRequest request, SteadyTime deadline, std::chrono::milliseconds stall);

    /// Whether the other side has neither closed it nor said anything unasked.
    bool is_quiet();

private:
    struct Streams;
    std::unique_ptr<Streams> streams_;
};

}  // namespace kahn::remote
