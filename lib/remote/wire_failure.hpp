#pragma once

#include <kahn/remote/failure.hpp>

#include <boost/system/error_code.hpp>

#include <string_view>

namespace kahn::remote {

/// What an error of the stream or of the HTTP parser means for a request that was at least in part sent.
/// \param what  the error text's beginning
RemoteFailure wire_failure(const boost::system::error_code& error, std::string_view what);

/// Whether somebody cancelled.
bool is_abort(const boost::system::error_code& error) noexcept;

}  // namespace kahn::remote
