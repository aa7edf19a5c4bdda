#pragma once

#include "fake_github/certificates.hpp"
#include "fake_github/faults.hpp"
#include "fake_github/http.hpp"
#include "fake_github/recorder.hpp"
#include "fake_github/wire_plan.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn::testing {

/// Says what is written in answer to a request. Called from the network's thread.
class Answerer {
public:
    virtual ~Answerer() = default;
    virtual WirePlan answer(Listener listener, std::uint64_t connection, Request request) = 0;
    /// What was said has been written, or could not be.
    virtual void answered() = 0;
};

struct NetworkOptions {
    NetworkOptions() = default;

    std::map<Listener, std::uint16_t> ports;             ///< of the listeners that are wanted; 0: any
    std::map<Listener, std::vector<std::string>> hosts;  ///< that their certificates name, and the proxy finds them by
};
static_assert(!std::is_aggregate_v<NetworkOptions>);

/// Listeners on the loopback, and the thread that serves them.
class Network {
public:
    /// \param answerer, recorder, authority  outlive this object
    /// \throws boost::system::system_error if it cannot listen
    Network(NetworkOptions options, Answerer& answerer, Recorder& recorder, const CertificateAuthority& authority);
    /// Closes every connection and joins the thread.
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    /// 0: there is no such listener.
    std::uint16_t port(Listener listener) const;
    void greet(Listener listener, Greeting greeting);
    void set_proxy(ProxyRules rules);
    void close_idle();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kahn::testing
