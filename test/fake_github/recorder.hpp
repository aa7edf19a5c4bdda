#pragma once

#include "fake_github/faults.hpp"

#include <kahn/base/time.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn::testing {

struct RecordedRequest {
    RecordedRequest() = default;

    Listener listener = Listener::api;
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::uint64_t connection = 0;      ///< the same number, the same connection
    SteadyTime time{};                 ///< of the injected clock
    unsigned status = 0;               ///< that was, or would have been, answered
    bool is_faulty = false;            ///< a fault of the script happened to it

    /// The first value of a header field, whatever its case.
    std::optional<std::string> header(std::string_view name) const;
};
static_assert(!std::is_aggregate_v<RecordedRequest>);

/// Everything that was asked, in its order.
/// \par Thread safety
/// Every member may be called at any time from any thread.
class Recorder {
public:
    std::vector<RecordedRequest> requests() const;
    /// \param method  empty: any   \param target  a regular expression to be found in the target
    std::vector<RecordedRequest> requests(Listener listener, const std::string& method = {}, const std::string& target = {}) const;
    std::size_t count(Listener listener, const std::string& method = {}, const std::string& target = {}) const;
    std::size_t size() const;
    /// Waits, in real time, until so many match. False: not in time.
    bool wait_for(std::size_t count, Listener listener, const std::string& method, const std::string& target,
                  std::chrono::milliseconds limit = std::chrono::seconds{10}) const;
    /// Connections that were accepted, and those of them whose TLS handshake did not succeed.
    std::size_t connections(Listener listener) const;
    std::size_t failed_handshakes(Listener listener) const;
    std::size_t open_connections() const;
    std::size_t most_requests_at_once() const;
    /// What a client must not do and did: a token sent to the blob host, no User-Agent, a conditional POST, too many at once.
    std::vector<std::string> breaches() const;
    /// Forgets the requests and breaches; counts of connections stay.
    void clear();

    // For the server.
    std::size_t add(RecordedRequest request);
    void set_outcome(std::size_t index, unsigned status, bool is_faulty);
    void connection_accepted(Listener listener);
    void connection_closed();
    void handshake_failed(Listener listener);
    void add_breach(std::string text);
    void request_begun(std::size_t most_at_once);
    void request_ended();

private:
    bool matches(const RecordedRequest& request, Listener listener, const std::string& method) const;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<RecordedRequest> requests_;
    std::vector<std::string> breaches_;
    std::map<Listener, std::size_t> connections_;
    std::map<Listener, std::size_t> failed_handshakes_;
    std::size_t open_ = 0;
    std::size_t at_once_ = 0;
    std::size_t most_at_once_ = 0;
    std::size_t forgotten_ = 0;
};

}  // namespace kahn::testing
