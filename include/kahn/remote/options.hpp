#pragma once

#include <kahn/base/log.hpp>
#include <kahn/base/time.hpp>
#include <kahn/remote/secret.hpp>
#include <kahn/remote/transport.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn::remote {

/// Looks a variable of the environment up; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The process's own. Read while options are made up, and never later: the environment is no safe thing to read in a program
/// with threads that change it.
Environment process_environment();

/// A host that is to be found elsewhere, like curl's `--resolve` and `--connect-to`: tests and split networks.
struct HostOverride {
    HostOverride() = default;
    HostOverride(std::string host_, std::string port_, std::string address_, std::string to_port_)
        : host(std::move(host_)), port(std::move(port_)), address(std::move(address_)), to_port(std::move(to_port_)) {}

    std::string host;     ///< in the URL
    std::string port;     ///< in the URL; empty: any
    std::string address;  ///< an IP literal
    std::string to_port;  ///< empty: the same
};
static_assert(!std::is_aggregate_v<HostOverride>);

/// How the network is used.
struct TransportOptions {
    TransportOptions() = default;

    std::vector<HostOverride> overrides;
    std::filesystem::path ca_file;  ///< further certificate authorities, PEM; beside the system's
    std::string https_proxy;        ///< `http://[user:password@]host:port`; empty: none
    std::string no_proxy;           ///< hosts that are asked directly, as in NO_PROXY
    bool insecure_http = false;     ///< http:// to other machines, never with a token
    std::string user_agent;         ///< empty: `kahn/VERSION`
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds handshake_timeout{10'000};
    std::chrono::milliseconds idle_timeout{50'000};  ///< a kept connection older than this is not used again
    std::chrono::milliseconds stall_timeout{30'000};  ///< a download that brings nothing for so long is begun anew where it stopped
    std::size_t header_limit = 64U << 10;
};
static_assert(!std::is_aggregate_v<TransportOptions>);

/// Where GitHub is, who asks, and how patiently. resolve_settings() fills what is left empty from the environment.
struct RemoteOptions {
    RemoteOptions() = default;

    std::string base_url;  ///< empty: `CI_CD_API_URL`, `GITHUB_API_URL`, then https://api.github.com. A bare host will do
    Secret api_token;      ///< empty: `CI_CD_API_TOKEN`, then the variables of `gh` that belong to the host
    std::string api_version;  ///< empty: negotiated
    std::string user_agent;   ///< empty: `kahn/VERSION`
    TransportOptions network;
    Environment environment;  ///< nothing: the process's own

    std::chrono::milliseconds request_timeout{30'000};    ///< of one HTTP request
    std::chrono::milliseconds operation_timeout{300'000};  ///< of one operation with its retries and waits for limits
    int attempts = 5;                                      ///< of a request that may be repeated
    std::size_t body_limit = 8U << 20;
    std::size_t most_at_once = 10;  ///< requests under way, of them one that changes something; GitHub minds more than 100
    std::chrono::milliseconds visibility_grace{30'000};    ///< how long a run that was just made may be not found
    std::chrono::milliseconds reconcile_limit{60'000};     ///< how long a run whose id was not told is looked for

    std::shared_ptr<Transport> transport;  ///< nothing: HTTP/1.1 over TLS
    std::shared_ptr<Clock> clock;          ///< nothing: the machine's
    std::optional<unsigned> random_seed;   ///< of the jitter; nothing: by chance
    Logger logger;
};
static_assert(!std::is_aggregate_v<RemoteOptions>);

}  // namespace kahn::remote
