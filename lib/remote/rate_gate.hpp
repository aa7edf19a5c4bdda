#pragma once

#include <kahn/base/time.hpp>
#include <kahn/remote/transport.hpp>

#include "remote/classify.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace kahn::remote {

/// What the server last said about its primary limit.
struct RateLimit {
    RateLimit() = default;

    std::int64_t limit = 0;  ///< 0: it has said nothing
    std::int64_t remaining = 0;
    SteadyTime resets_at;  ///< on the local steady clock
    std::string resource;
};
static_assert(!std::is_aggregate_v<RateLimit>);

/// The gate that all requests of one origin and token pass, so that a hundred watchers do not each run into the limit.
/// Pure: the caller brings the time, and waits.
class RateGate {
public:
    /// When the next request may be sent.
    /// \param is_write  changes something: at least a second lies between two of those
    SteadyTime opens_at(SteadyTime now, bool is_write) const;
    /// Why it is closed, for the error text.
    const RemoteFailure& closed_by() const noexcept { return closed_by_; }
    void sent(SteadyTime now, bool is_write);

    /// Learns from any response. Resets are measured against the response's own Date, never against the local wall clock.
    void learn(const HttpResponse& response, SystemTime local_now, SteadyTime now);
    /// A limit was hit. False: the secondary limit was repeated too often, give up.
    bool close(const Verdict& verdict, SteadyTime now);

    const std::optional<RateLimit>& limit() const noexcept { return limit_; }

private:
    std::optional<RateLimit> limit_;
    SteadyTime closed_until_ = SteadyTime::min();
    RemoteFailure closed_by_;
    std::optional<SteadyTime> last_write_;
    SteadyTime last_back_off_end_ = SteadyTime::min();
    int back_offs_ = 0;
};

}  // namespace kahn::remote
