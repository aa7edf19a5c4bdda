#pragma once

#include <kahn/base/time.hpp>
#include <kahn/remote/transport.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn::remote {

/// Something that still works and will not for long, or not as it is.
struct HeaderWarning {
    HeaderWarning() = default;
    HeaderWarning(std::string key_, std::string text_) : key(std::move(key_)), text(std::move(text_)) {}

    std::string key;  ///< the same for the same matter: it is worth saying once
    std::string text;
};
static_assert(!std::is_aggregate_v<HeaderWarning>);

/// A token that expires within a week, by the server's clock; an interface that is deprecated or has an end.
std::vector<HeaderWarning> warnings_in(const HttpResponse& response, SystemTime local_now);

}  // namespace kahn::remote
