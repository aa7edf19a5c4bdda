#pragma once

#include <kahn/remote/failure.hpp>
#include <kahn/remote/transport.hpp>

#include <string>

namespace kahn::remote {

/// What to try, by the answer's kind and headers; empty if there is nothing useful to say.
std::string hint_for(const HttpResponse& response, ErrorKind kind);

}  // namespace kahn::remote
