#pragma once

#include <kahn/remote/options.hpp>
#include <kahn/remote/types.hpp>

#include "remote/etag_cache.hpp"
#include "remote/rate_gate.hpp"
#include "remote/request_places.hpp"
#include "remote/settings.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>

namespace kahn::remote {

class WatchHub;

/// What all clients of one server and token know together, whatever loops they run on. Everything in it is guarded by its
/// mutex, which nobody holds while waiting.
struct Origin {
    std::mutex mutex;
    RateGate gate;
    RequestPlaces places;
    EtagCache cache;
    std::string api_version;                 // what the server is thought to speak
    bool has_changed_version = false;        // at most once
    std::optional<bool> wants_details_key;   // whether a dispatch has to ask for the id; nothing: not known yet
    std::set<std::int64_t> claimed;          // runs that are known to be dispatches of ours
    std::map<std::string, std::string> moved;  // paths of renamed repositories, and where those are now
    std::set<std::string> warned;            // what was said once is not said again
};

/// One client on one strand.
struct Session {
    Session(std::shared_ptr<const Settings> settings, std::shared_ptr<Origin> origin, std::shared_ptr<Transport> transport);
    ~Session();

    const RemoteOptions& options() const { return settings->options; }
    Clock& clock() const { return *settings->options.clock; }
    /// In [0, 1).
    double chance();
    SteadyTime operation_deadline() const { return clock().now() + options().operation_timeout; }

    std::shared_ptr<const Settings> settings;
    std::shared_ptr<Origin> origin;
    std::shared_ptr<Transport> transport;
    std::map<Repository, std::shared_ptr<WatchHub>> hubs;

private:
    std::minstd_rand random_;
};

using SessionPtr = std::shared_ptr<Session>;

inline constexpr const char* newest_api_version = "2026-03-10";
inline constexpr const char* oldest_api_version = "2022-11-28";

}  // namespace kahn::remote
