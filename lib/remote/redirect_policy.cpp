#include "remote/redirect_policy.hpp"

#include "remote/redact.hpp"

#include <algorithm>
#include <utility>

namespace kahn::remote {
namespace {

constexpr std::size_t most_hops = 5;

}  // namespace

RedirectPolicy::RedirectPolicy(Url start, std::string method) : start_(start), url_(std::move(start)), method_(std::move(method)) {
    seen_.push_back(url_.text());
}

std::optional<RemoteFailure> RedirectPolicy::follow(unsigned status, const std::optional<std::string>& location) {
    const auto refuse = [&](const std::string& why) {
        RemoteFailure failure(ErrorKind::redirect, "HTTP " + std::to_string(status) + " " + why);
        failure.http_status = status;
        return failure;
    };
    if (!location) return refuse("without a Location");
    const auto target = resolve(url_, *location);
    if (!target) return refuse("to what is no http or https URL");
    const std::string shown = redact(target->origin());
    if (url_.is_https() && !target->is_https()) return refuse("from https to plain http at " + shown + " is not followed");
    const bool is_same_origin = target->origin() == url_.origin();
    if (method_ != "GET") {
        if (status != 307 && status != 308) return refuse("is not followed for " + method_);
        if (!is_same_origin) return refuse("to another host, " + shown + ", is not followed for " + method_);
    }
    if (std::find(seen_.begin(), seen_.end(), target->text()) != seen_.end()) return refuse("leads in a circle");
    if (seen_.size() > most_hops) return refuse("is one redirect too many");
    if (!is_same_origin) carries_token_ = false;
    url_ = *target;
    seen_.push_back(url_.text());
    return std::nullopt;
}

}  // namespace kahn::remote
