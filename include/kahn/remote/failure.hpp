#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kahn::remote {

/// Why an operation on the server did not come to a result.
enum class ErrorKind {
    invalid_argument = 1,  ///< it could not be asked at all: a bad name, a bad URL, a token over plain http
    resolve,               ///< the host's name has no address, or the look-up did not end in time
    connect,               ///< no connection to the host
    tls,                   ///< the handshake failed
    tls_timeout,           ///< the handshake was not answered
    tls_verify,            ///< the certificate is not one of that host
    proxy,                 ///< the proxy refused or failed
    timeout,               ///< the time was up
    truncated,             ///< the connection ended within the request or the response
    protocol,              ///< the response is no HTTP, or an answer to something else
    header_limit,          ///< more response headers than are accepted
    too_large,             ///< more body than is accepted
    bad_encoding,          ///< the body cannot be decoded
    bad_json,              ///< the body is not the JSON that belongs here
    server_error,          ///< 5xx, 408
    rate_limited,          ///< the primary limit, or a wait that the server named
    secondary_limit,       ///< the limit on too much at once
    auth,                  ///< 401
    forbidden,             ///< 403 that is no limit
    not_found,             ///< 404
    conflict,              ///< 409
    gone,                  ///< 410
    rejected,              ///< 422, 400, 451: GitHub's own words are in github_message
    api_version,           ///< no version of the interface that both sides know
    redirect,              ///< a redirect that must not, or cannot, be followed
    download,              ///< the file could not be fetched whole and sound
    outcome_unknown,       ///< the request may have arrived or not, and it could not be found out
    superseded,            ///< the run was started again: this attempt is history
    cancelled,             ///< the caller cancelled
};

/// The enumerator's own name.
std::string_view to_string(ErrorKind kind) noexcept;

/// What went wrong, with everything that helps to mend it. Holds no secret.
struct RemoteFailure {
    RemoteFailure() = default;
    RemoteFailure(ErrorKind kind_, std::string text_) : kind(kind_), text(std::move(text_)) {}

    ErrorKind kind = ErrorKind::protocol;
    std::string text;            ///< one line, redacted
    unsigned http_status = 0;    ///< 0: there was no response
    std::string github_message;  ///< the server's own words
    std::string request_id;      ///< for the server's support
    std::string hint;            ///< what to try
    std::optional<std::chrono::seconds> retry_after;  ///< for limits: from now
    int attempts = 0;                                 ///< requests that were tried
    bool may_have_arrived = false;  ///< the request was, at least in part, handed to the network
};
static_assert(!std::is_aggregate_v<RemoteFailure>);

/// Whether the same request may succeed a moment later.
bool is_transient(ErrorKind kind) noexcept;

/// The same of one failure: a proxy that could not reach the server may do so later, one that wants a password will not.
bool is_transient(const RemoteFailure& failure) noexcept;

/// A value, or why there is none.
template <class T>
class [[nodiscard]] Result {
public:
    Result() : failure_(RemoteFailure(ErrorKind::cancelled, "there is no result")) {}
    Result(T value) : value_(std::move(value)) {}                         // NOLINT: a value is a result
    Result(RemoteFailure failure) : failure_(std::move(failure)) {}       // NOLINT: a failure is a result

    explicit operator bool() const noexcept { return value_.has_value(); }
    T& value() noexcept { return *value_; }
    const T& value() const noexcept { return *value_; }
    const RemoteFailure& failure() const noexcept { return failure_; }

private:
    std::optional<T> value_;
    RemoteFailure failure_;
};

}  // namespace kahn::remote
