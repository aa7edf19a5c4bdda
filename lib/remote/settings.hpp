#pragma once

#include <kahn/remote/options.hpp>

#include "remote/url.hpp"

#include <string>
#include <variant>

namespace kahn::remote {

/// What sort of server it is, as far as its address tells.
enum class ServerKind { cloud, enterprise };

/// Options with everything that the environment had to say.
struct Settings {
    Settings() = default;

    Url base;  ///< its target has no slash at the end, and is empty at the root
    ServerKind kind = ServerKind::cloud;
    Secret token;
    RemoteOptions options;

    /// The URL of a path below the base.
    std::string url(std::string_view path) const { return base.origin() + base.target + std::string(path); }
};
static_assert(!std::is_aggregate_v<Settings>);

/// The address of the interface from what a person writes: `ghe.example.com`, `https://ghe.example.com/`,
/// `https://api.github.com`. A host of GitHub's is asked at `api.`, another one below `/api/v3` (REMOTE section 5).
std::variant<Url, RemoteFailure> parse_base_url(std::string_view text);

/// github.com and *.ghe.com are GitHub's own; so is what answers at `api.`.
ServerKind server_kind(const Url& base);

/// Nothing in it that could end the header or begin another one.
bool is_valid_token(std::string_view token) noexcept;

/// Arguments first, then the environment in the order of REMOTE section 5.
std::variant<Settings, RemoteFailure> resolve_settings(RemoteOptions options);

}  // namespace kahn::remote
