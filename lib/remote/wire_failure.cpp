#include "remote/wire_failure.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

#include <string>

namespace kahn::remote {

namespace http = boost::beast::http;

bool is_abort(const boost::system::error_code& error) noexcept { return error == boost::asio::error::operation_aborted; }

RemoteFailure wire_failure(const boost::system::error_code& error, std::string_view what) {
    const auto failure = [&](ErrorKind kind, const std::string& why) {
        return RemoteFailure(kind, std::string(what) + ": " + why);
    };
    if (is_abort(error)) return failure(ErrorKind::cancelled, "cancelled");
    if (error == boost::beast::error::timeout) return failure(ErrorKind::timeout, "the time was up");
    if (error == http::error::header_limit) return failure(ErrorKind::header_limit, "its headers are too long");
    const bool is_end = error == http::error::end_of_stream || error == http::error::partial_message ||
                        error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
    if (is_end) return failure(ErrorKind::truncated, "the connection was closed");
    if (error.category() == http::make_error_code(http::error::bad_version).category()) {
        return failure(ErrorKind::protocol, error.message());
    }
    return failure(ErrorKind::truncated, error.message());
}

}  // namespace kahn::remote
