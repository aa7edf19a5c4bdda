#pragma once

#include <string>
#include <type_traits>
#include <vector>

namespace kahn::testing {

/// A certificate with its key, PEM.
struct Identity {
    Identity() = default;

    std::string certificate;
    std::string key;
};
static_assert(!std::is_aggregate_v<Identity>);

enum class Validity { now = 1, over, not_begun };

/// An authority that lives as long as one fake: keys are made at its construction, P-256, in memory.
/// \throws std::runtime_error if OpenSSL cannot
class CertificateAuthority {
public:
    CertificateAuthority();

    const std::string& pem() const noexcept { return authority_.certificate; }
    /// For these hosts: names, or IPv4 addresses.
    Identity issue(const std::vector<std::string>& hosts, Validity validity = Validity::now) const;
    /// For these hosts, signed by nobody else.
    static Identity self_signed(const std::vector<std::string>& hosts);

private:
    Identity authority_;
};

}  // namespace kahn::testing
