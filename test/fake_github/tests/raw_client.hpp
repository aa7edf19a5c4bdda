#pragma once

#include "fake_github/fake_github.hpp"
#include "fake_github/http.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace kahn::testing {

/// How a read ended.
enum class Reading {
    bytes = 1,
    close_notify,  ///< TLS's orderly end
    fin,           ///< the end of the stream without it
    reset,
    nothing,       ///< nothing came within the patience
    failed,
};

/// A blocking TLS client that hides nothing: every byte and every way to end is seen as it was.
class RawClient {
public:
    struct Target {
        Target() = default;
        Target(std::uint16_t port_, std::string host_, std::string ca_file_)
            : port(port_), host(std::move(host_)), ca_file(std::move(ca_file_)) {}

        std::uint16_t port = 0;  ///< at 127.0.0.1
        std::string host;        ///< in SNI and to be found in the certificate
        std::string ca_file;
        std::string preamble;    ///< sent before TLS: what a proxy is to be told
        std::chrono::milliseconds patience{5000};
    };
    static_assert(!std::is_aggregate_v<Target>);

    explicit RawClient(const Target& target);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    bool is_secure() const noexcept { return is_secure_; }
    /// OpenSSL's X509_V_ERR_..., X509_V_OK.
    long verify_result() const noexcept { return verify_result_; }
    /// What the proxy said to the preamble.
    const std::string& proxy_answer() const noexcept { return proxy_answer_; }

    void write(std::string_view bytes);
    /// Adds what there is to `out`.
    Reading read(std::string& out);
    /// Everything to the end, and the end.
    Reading read_all(std::string& out);
    /// One response with Content-Length or without a body. Status 0: there was none.
    Response response();
    /// A request of the default token, and its response.
    Response get(const std::string& target, const std::string& more_headers = {});
    Response post(const std::string& target, const std::string& body);

private:
    struct Session;
    std::unique_ptr<Session> session_;
    std::string kept_;  ///< read too far
    std::string proxy_answer_;
    long verify_result_ = 0;
    bool is_secure_ = false;
};

/// Headers that every request of these tests has.
std::string usual_headers();

}  // namespace kahn::testing
