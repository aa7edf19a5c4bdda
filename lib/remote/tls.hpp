#pragma once

#include <kahn/remote/failure.hpp>
#include <kahn/remote/options.hpp>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/verify_context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kahn::remote {

/// A client's context: TLS 1.2 at least, the system's authorities and those of `ca_file`, verification always on.
/// \throws Error (invalid_argument) naming the file that cannot be used
std::shared_ptr<boost::asio::ssl::context> make_tls_context(const TransportOptions& options);

/// Checks a server's certificate against the host's name, and remembers why it was refused.
class CertificateCheck {
public:
    explicit CertificateCheck(std::string host) : host_(std::move(host)) {}

    bool operator()(bool is_trusted, boost::asio::ssl::verify_context& context);
    bool has_refused() const noexcept { return !refusal_.text.empty(); }
    const RemoteFailure& refusal() const noexcept { return refusal_; }

private:
    std::string host_;
    RemoteFailure refusal_;
};

/// The names that a certificate is for, as far as it says them.
std::vector<std::string> certificate_names(X509* certificate);

}  // namespace kahn::remote
