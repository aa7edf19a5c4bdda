#pragma once

#include <kahn/manager/pipeline_manager.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace kahn::app {

struct Console;
class ViewWriter;

/// What signals mean for a run: those that end the program cancel it, also before it has begun; one that stops the program stops the
/// run's jobs and clocks with it.
class RunSignals {
public:
    /// \param interrupt_grace after the first SIGINT; nothing: the manager's
    RunSignals(boost::asio::io_context& context, Console& console, ViewWriter& view,
               std::optional<std::chrono::milliseconds> interrupt_grace)
        : console_(console), view_(view), interrupt_grace_(interrupt_grace), executor_(context.get_executor()), timer_(context) {}

    /// While it lives, there is a run to cancel and to stop.
    class Attachment {
    public:
        Attachment(RunSignals& signals, PipelineManager& manager, const std::string& pipeline) : signals_(signals) {
            signals_.attach(manager, pipeline);
        }
        ~Attachment() { signals_.detach(); }
        Attachment(const Attachment&) = delete;
        Attachment& operator=(const Attachment&) = delete;

    private:
        RunSignals& signals_;
    };

    // On the watching thread.

    void heard(int count, const std::string& name);
    /// The program is about to be stopped. Returns when all that runs here stands still, and the terminal is left.
    void stopping(const std::string& name);
    /// It goes on.
    void resumed();

    /// On the loop: the run has ended.
    void run_ended();

private:
    void attach(PipelineManager& manager, std::string pipeline);
    void detach();
    void on_ending_signal(int count, const std::string& name);
    void insist_at(std::chrono::steady_clock::time_point when);
    void on_stop(const std::string& name);
    void on_resume(std::chrono::nanoseconds stood);

    Console& console_;
    ViewWriter& view_;
    std::optional<std::chrono::milliseconds> interrupt_grace_;
    boost::asio::any_io_executor executor_;

    std::mutex mutex_;
    PipelineManager* manager_ = nullptr;
    std::string pipeline_;
    std::string first_;
    int count_ = 0;

    // Used on the watching thread only.
    std::chrono::steady_clock::time_point stopped_at_;

    // Used on the loop only.
    boost::asio::steady_timer timer_;
    std::optional<std::chrono::nanoseconds> grace_left_;  // while the program is stopped
    bool is_insisting_later_ = false;
    bool is_over_ = false;
};

}  // namespace kahn::app
