#include "remote/proxy_settings.hpp"

#include "remote/ascii.hpp"

#include "base/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>

namespace kahn::remote {
namespace {

namespace ip = boost::asio::ip;

bool is_in_block(const std::string& host, const std::string& block) {
    boost::system::error_code error;
    const auto address = ip::make_address(host, error);
    if (error) return false;
    if (address.is_v4()) {
        const auto network = ip::make_network_v4(block, error);
        if (error) return false;
        const auto hosts = network.canonical();
        return ip::network_v4(address.to_v4(), hosts.prefix_length()).canonical() == hosts;
    }
    const auto network = ip::make_network_v6(block, error);
    if (error) return false;
    const auto hosts = network.canonical();
    return ip::network_v6(address.to_v6(), hosts.prefix_length()).canonical() == hosts;
}

bool takes_out(std::string entry, const Url& url) {
    if (entry == "*") return true;
    if (entry.find('/') != std::string::npos) return is_in_block(url.host, entry);
    boost::system::error_code error;
    std::string bare = entry;
    if (bare.starts_with('[') && bare.ends_with(']')) bare = bare.substr(1, bare.size() - 2);
    const auto address = ip::make_address(bare, error);
    if (!error) {
        const auto host = ip::make_address(url.host, error);
        return !error && host == address;
    }
    const auto colon = entry.rfind(':');
    if (colon != std::string::npos) {
        if (entry.substr(colon + 1) != url.port) return false;
        entry.resize(colon);
    }
    if (entry.starts_with("*.")) entry.erase(0, 1);
    if (entry.starts_with('.')) return url.host.ends_with(entry) || url.host == entry.substr(1);
    return url.host == entry || url.host.ends_with("." + entry);
}

}  // namespace

std::optional<Proxy> parse_proxy(std::string_view text) {
    text = trim(text);
    const auto scheme = text.find("://");
    if (scheme != std::string_view::npos) {
        if (!equals_ignoring_case(text.substr(0, scheme), "http")) return std::nullopt;
        text.remove_prefix(scheme + 3);
    }
    Proxy proxy;
    const auto sign = text.rfind('@');
    if (sign != std::string_view::npos) {
        const auto colon = std::min(text.find(':'), sign);
        const auto user = percent_decode(text.substr(0, colon));
        const auto password = colon < sign ? percent_decode(text.substr(colon + 1, sign - colon - 1)) : std::string();
        if (!user || !password) return std::nullopt;
        proxy.authorization = "Basic " + to_base64(*user + ":" + *password);
        text.remove_prefix(sign + 1);
    }
    const auto url = parse_url("http://" + std::string(text));
    if (!url || url->path() != "/") return std::nullopt;
    proxy.host = url->host;
    proxy.port = url->port;
    return proxy;
}

bool is_asked_directly(const Url& url, std::string_view no_proxy) {
    if (url.is_loopback()) return true;
    while (!no_proxy.empty()) {
        const auto comma = std::min(no_proxy.find(','), no_proxy.size());
        const auto entry = to_lower(trim(no_proxy.substr(0, comma)));
        if (!entry.empty() && takes_out(entry, url)) return true;
        no_proxy.remove_prefix(std::min(comma + 1, no_proxy.size()));
    }
    return false;
}

}  // namespace kahn::remote
