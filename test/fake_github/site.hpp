#pragma once

#include "fake_github/network.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <map>
#include <memory>

namespace kahn::testing {

/// Something that has sockets and must let go of them at the end.
class Closable {
public:
    virtual ~Closable() = default;
    /// Closes all it has; its coroutines then end.
    virtual void close() noexcept = 0;
    /// Closes, in an orderly way, if it waits for a request.
    virtual void close_if_idle() noexcept {}
};

/// What connections share. Used by the network's thread alone.
struct Site {
    Site(Answerer& answerer_, Recorder& recorder_) : answerer(answerer_), recorder(recorder_) {}

    Answerer& answerer;
    Recorder& recorder;
    ProxyRules proxy;
    std::map<std::string, std::uint16_t> ports;  ///< by host, for the proxy
    std::map<std::uint64_t, std::weak_ptr<Closable>> open;
    std::uint64_t last_connection = 0;
    bool is_stopping = false;
};

/// Keeps a connection among the open ones for as long as this lives.
class Registration {
public:
    Registration(Site& site, Listener listener, const std::shared_ptr<Closable>& connection)
        : site_(site), number_(++site.last_connection) {
        site_.open[number_] = connection;
        site_.recorder.connection_accepted(listener);
    }
    ~Registration() {
        site_.open.erase(number_);
        site_.recorder.connection_closed();
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    std::uint64_t number() const noexcept { return number_; }

private:
    Site& site_;
    std::uint64_t number_;
};

/// RST, and what was not sent is lost.
inline void reset_connection(boost::asio::ip::tcp::socket& socket) noexcept {
    boost::system::error_code ignored;
    socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

/// A connection's coroutine must not fail: that is a fault of the fake, which its tests are to see.
void note_failure(Site& site, const std::exception_ptr& failure);

/// The certificates of one listener, made when they are first wanted.
class TlsContexts;

/// One connection over TLS, from its acceptance to its end.
/// \param greeting  as it was at the acceptance
void serve_tls(Site& site, Listener listener, boost::asio::ip::tcp::socket socket, Greeting greeting,
               const std::shared_ptr<TlsContexts>& contexts);
std::shared_ptr<TlsContexts> make_tls_contexts(const CertificateAuthority& authority, std::vector<std::string> hosts);

/// One connection to the CONNECT proxy.
void serve_proxy(Site& site, boost::asio::ip::tcp::socket socket);

}  // namespace kahn::testing
