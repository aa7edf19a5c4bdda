#pragma once

#include <kahn/remote/failure.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn::remote {

/// Header fields in the order of sending; names compare without case.
class Headers {
public:
    using Field = std::pair<std::string, std::string>;

    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
    void set(std::string name, std::string value);
    void remove(std::string_view name);
    /// The first value, nothing if there is none.
    std::optional<std::string> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    const std::vector<Field>& fields() const noexcept { return fields_; }

private:
    std::vector<Field> fields_;
};

struct HttpRequest {
    HttpRequest() = default;

    std::string method = "GET";
    std::string url;  ///< absolute: `https://host[:port]/path?query`
    Headers headers;  ///< without Host, Connection and Content-Length, which the transport writes
    std::string body;
};
static_assert(!std::is_aggregate_v<HttpRequest>);

struct HttpResponse {
    HttpResponse() = default;

    unsigned status = 0;
    Headers headers;
    std::string body;  ///< as it came, content codings not undone; empty if it went to a sink
};
static_assert(!std::is_aggregate_v<HttpResponse>);

/// Takes the body of a successful response piece by piece, so that it need not fit into memory.
class BodySink {
public:
    virtual ~BodySink() = default;
    /// \param head the response without its body; false: the body is of no use, drop the connection
    virtual bool begin(const HttpResponse& head) = 0;
    /// False: stop, it cannot be taken.
    virtual bool write(std::string_view bytes) = 0;
};

struct ExchangeOptions {
    ExchangeOptions() = default;

    std::chrono::milliseconds timeout{30'000};  ///< of the whole exchange, on the machine's steady clock
    bool fresh_connection = false;  ///< never a kept one, whose death could not be told from a lost request
    std::size_t body_limit = 8U << 20;
    std::chrono::milliseconds stall_timeout{0};  ///< without a byte of a body that goes to a sink; 0: only `timeout` counts
    std::shared_ptr<BodySink> sink;  ///< for the bodies of 200 and 206; others are small and come in the response
};
static_assert(!std::is_aggregate_v<ExchangeOptions>);

/// One request, and what came of it.
struct ExchangeOutcome {
    ExchangeOutcome() = default;

    std::optional<HttpResponse> response;  ///< complete
    RemoteFailure failure;                 ///< if there is none
    unsigned status_seen = 0;              ///< of a response whose headers came whole and whose body did not
};
static_assert(!std::is_aggregate_v<ExchangeOutcome>);

/// The seam to the network. The library's own speaks HTTP/1.1 over TLS; tests and embedders may put theirs in its place.
class Transport {
public:
    virtual ~Transport() = default;

    /// Sends one request once. Never throws for what the network or the other side does.
    /// \par Cancellation
    /// `terminal`: ends with ErrorKind::cancelled.
    virtual boost::asio::awaitable<ExchangeOutcome> exchange(HttpRequest request, ExchangeOptions options) = 0;
    /// Closes the connections that are kept for later.
    virtual void close_idle() noexcept {}
};

}  // namespace kahn::remote
