#pragma once

#include "process/attempt_output.hpp"
#include "process/command_watch.hpp"
#include "process/end_policy.hpp"
#include "process/local_supervisor.hpp"
#include "process/prepared_command.hpp"
#include "process/retry_window.hpp"

#include "base/standing_time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>
#include <optional>

namespace kahn::process {

/// One attempt while it runs: starts its commands, hears of their ends, and does what EndPolicy says.
///
/// Lives on the attempt's executor. Whatever happens rings the alarm; the coroutine in attempt.cpp then calls advance().
class AttemptRun : public std::enable_shared_from_this<AttemptRun> {
public:
    AttemptRun(boost::asio::any_io_executor executor, std::shared_ptr<LocalSupervisor> supervisor, AttemptSpec spec,
               std::shared_ptr<AttemptListener> listener);
    /// Dropped before its end (the executor was destroyed): kills and reaps, blocking for a moment.
    ~AttemptRun();
    AttemptRun(const AttemptRun&) = delete;
    AttemptRun& operator=(const AttemptRun&) = delete;

    /// Goes as far as it can go without waiting. Returns whether the attempt is over.
    bool advance();
    /// SIGTERM to the tree; the second time SIGKILL. What had ended before keeps its result.
    void stop();

    /// Set to when advance() is to be called again, and cancelled when it should be sooner.
    boost::asio::steady_timer& alarm() noexcept { return alarm_; }
    /// Whether the alarm rang since this was last asked. A cancelled timer that nobody awaits tells nobody.
    bool take_ring() noexcept { return std::exchange(has_rung_, false); }

    AttemptOutcome take_outcome();

private:
    enum class Step { not_begun, ready, starting, running, over };

    /// Survives the attempt: how other threads tell it of things, the end of a start that is under way there for example.
    class Mailbox;

    void ring();
    SteadyTime now() const;
    bool is_suspended() const;
    bool begin();
    void start_command();
    void launch(LaunchRequest request);
    void launched(Tree::Launched launched);
    void refused(const LaunchResult& result);
    void wait_for_command();
    void command_is_ready();
    bool read_events();
    void started();
    void exec_failed(int error);
    void ended(const ChildStatus& status);
    void command_is_done(bool succeeded);
    void fail_to_start(std::string message);
    void retry_later(const std::string& what, int error);
    Sight look();
    void act(EndPolicy::Action action);
    void terminate();
    void kill();
    bool may_leave_something() const;
    void note_kept();
    void report_survivors();
    void set_alarm();
    std::string was_out_of_memory();

    const boost::asio::any_io_executor executor_;
    const std::shared_ptr<LocalSupervisor> supervisor_;
    const AttemptSpec spec_;
    const std::string working_directory_;
    const std::shared_ptr<const std::vector<std::string>> environment_;
    const std::shared_ptr<AttemptListener> listener_;
    const std::shared_ptr<AttemptOutput> output_;
    std::shared_ptr<Mailbox> mailbox_;
    boost::asio::steady_timer alarm_;
    bool has_rung_ = false;

    Step step_ = Step::not_begun;
    EndPolicy policy_;
    RetryWindow retry_;
    std::shared_ptr<Tree> tree_;
    PreparedCommand prepared_;
    std::unique_ptr<CommandWatch> watch_;
    bool is_stopped_ = false;
    bool has_heard_of_shutdown_ = false;
    std::chrono::microseconds look_again_{1000};
    std::optional<SteadyTime> wait_again_at_;
    std::uint64_t oom_kills_before_ = 0;
    AttemptOutcome outcome_;
};

}  // namespace kahn::process
