#pragma once

#include <kahn/remote/failure.hpp>

#include "remote/url.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kahn::remote {

/// Where a chain of redirects may lead, and what may go along (REMOTE section 5).
///
/// The token stays behind at the first change of scheme, host or port, and is not taken up again if the chain comes back.
class RedirectPolicy {
public:
    RedirectPolicy(Url start, std::string method);

    /// One step. Nothing: it may be followed; url() and carries_token() tell how.
    std::optional<RemoteFailure> follow(unsigned status, const std::optional<std::string>& location);

    const Url& url() const noexcept { return url_; }
    const Url& start() const noexcept { return start_; }
    const std::string& method() const noexcept { return method_; }
    bool carries_token() const noexcept { return carries_token_; }

private:
    Url start_;
    Url url_;
    std::string method_;
    bool carries_token_ = true;
    std::vector<std::string> seen_;
};

}  // namespace kahn::remote
