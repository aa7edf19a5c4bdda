#include "remote/rate_gate.hpp"

#include "remote/ascii.hpp"

#include <algorithm>

namespace kahn::remote {

using std::chrono::seconds;

SteadyTime RateGate::opens_at(SteadyTime now, bool is_write) const {
    SteadyTime at = std::max(now, closed_until_);
    constexpr seconds between_writes{1};
    if (is_write && last_write_) at = std::max(at, *last_write_ + between_writes);
    return at;
}

void RateGate::sent(SteadyTime now, bool is_write) {
    if (is_write) last_write_ = now;
}

void RateGate::learn(const HttpResponse& response, SystemTime local_now, SteadyTime now) {
    const bool is_accepted = response.status < 400;
    if (is_accepted && now >= last_back_off_end_) back_offs_ = 0;
    const auto limit = parse_number(response.headers.find("x-ratelimit-limit").value_or(""));
    const auto remaining = parse_number(response.headers.find("x-ratelimit-remaining").value_or(""));
    const auto reset = parse_number(response.headers.find("x-ratelimit-reset").value_or(""));
    if (!limit || !remaining || !reset || *reset > 9'000'000'000) return;
    const SystemTime server_now = server_date(response).value_or(local_now);
    const auto left = std::clamp<SystemTime::duration>(SystemTime{seconds{*reset}} - server_now, seconds{0}, std::chrono::hours{24});
    RateLimit learned;
    learned.limit = *limit;
    learned.remaining = *remaining;
    learned.resets_at = now + left;
    learned.resource = response.headers.find("x-ratelimit-resource").value_or("core");
    limit_ = learned;
}

bool RateGate::close(const Verdict& verdict, SteadyTime now) {
    std::chrono::nanoseconds wait = verdict.wait;
    if (verdict.action == Verdict::Action::back_off) {
        constexpr int most = 5;
        // Requests that were on their way together hit the limit once, not once each.
        if (now >= last_back_off_end_ || back_offs_ == 0) {
            if (++back_offs_ > most) {
                back_offs_ = 0;
                return false;
            }
            wait = seconds{60} * (1 << (back_offs_ - 1));
            last_back_off_end_ = now + wait;
        } else {
            wait = last_back_off_end_ - now;
        }
    }
    closed_by_ = verdict.failure;
    closed_until_ = std::max(closed_until_, now + wait);
    return true;
}

}  // namespace kahn::remote
