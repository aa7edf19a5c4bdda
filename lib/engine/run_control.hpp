#pragma once

#include <kahn/base/suspension.hpp>
#include <kahn/model/status.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace kahn {

/// Why a run is to end before its time.
struct StopRequest {
    Reason reason;         ///< cancelled, timeout, fail_fast or observer_failed
    bool at_once = false;  ///< no grace, and no `always()` stage either
};

/// How anybody, on any thread, tells a run to end or to stand still; also before it has begun and after it has ended.
class RunControl {
public:
    /// What asking for a second time means.
    enum class Again { at_once, changes_nothing };

    /// Asks for a cancellation. True for the first one of a run that still goes on. One that stands still goes on to end.
    bool cancel(std::string why, Again again = Again::at_once);
    /// The engine is being destroyed: everything ends as cancelled, whatever comes.
    void abandon();

    /// Returns once the run stands still: its jobs, its timeouts. False: it is over, or stands already.
    bool suspend();
    /// False: it does not stand.
    bool resume();
    const std::shared_ptr<Suspension>& suspension() const noexcept { return suspension_; }

    /// The run's side. \param deliver is called on the thread that cancels, under a lock, and only posts to the run's strand
    void attach(std::function<void(StopRequest)> deliver);
    void detach();

private:
    void request(StopRequest stop);

    const std::shared_ptr<Suspension> suspension_ = std::make_shared<Suspension>();
    std::mutex mutex_;
    bool is_cancelled_ = false;
    bool is_over_ = false;
    std::optional<StopRequest> early_;  // came before the run was there to hear it
    std::function<void(StopRequest)> deliver_;
};

}  // namespace kahn
