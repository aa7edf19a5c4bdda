#pragma once

#include <kahn/remote/options.hpp>
#include <kahn/remote/transport.hpp>

#include "remote/lookup.hpp"

#include <memory>

namespace kahn::remote {

/// HTTP/1.1 over TLS, with kept connections, proxies, and time limits on every phase. All calls come from one strand.
/// \throws Error (invalid_argument) if the file of certificate authorities cannot be used, or the proxy's address not be read
std::shared_ptr<Transport> make_https_transport(TransportOptions options, Lookup lookup = system_lookup);

}  // namespace kahn::remote
