#pragma once

#include "remote/url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace kahn::remote {

/// An HTTP proxy that tunnels by CONNECT.
struct Proxy {
    Proxy() = default;

    std::string host;
    std::string port;
    std::string authorization;  ///< the value of Proxy-Authorization; empty: none
};
static_assert(!std::is_aggregate_v<Proxy>);

/// `http://user:password@host:3128`, `host:3128`. Nothing for what is no such proxy.
std::optional<Proxy> parse_proxy(std::string_view text);

/// Whether NO_PROXY, or that it is this machine, takes a host out: `*`, names, `.suffix`, `host:port`, addresses, CIDR blocks.
bool is_asked_directly(const Url& url, std::string_view no_proxy);

}  // namespace kahn::remote
