#pragma once

#include "process/supervisor.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kahn::process::test {

/// Collects what a listener hears.
class Recorder final : public AttemptListener {
public:
    void on_command(std::size_t command, int pid) noexcept override;
    void on_output(OutputStream stream, std::uint64_t offset, std::string_view text) noexcept override;

    std::vector<int> pids;
    std::string text;  ///< both streams, the first 4 MiB
    std::uint64_t bytes = 0;
    bool has_gap = false;  ///< an offset that did not follow
};

/// One attempt under way on the world's loop.
struct Running {
    std::shared_ptr<Recorder> heard = std::make_shared<Recorder>();
    std::shared_ptr<boost::asio::cancellation_signal> cancellation = std::make_shared<boost::asio::cancellation_signal>();
    std::optional<AttemptOutcome> outcome;
    std::exception_ptr failure;
    std::chrono::steady_clock::time_point ended_at;

    void cancel() { cancellation->emit(boost::asio::cancellation_type::terminal); }
};

/// A supervisor on one rung, a loop, a directory; and at the end the proof that nothing is left of any of them.
class World {
public:
    explicit World(Containment rung, std::function<void(ProcessOptions&)> adjust = {});
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    AttemptSpec spec(std::vector<std::string> commands) const;
    std::shared_ptr<Running> start(AttemptSpec spec);
    AttemptOutcome run(AttemptSpec spec);
    AttemptOutcome run(std::vector<std::string> commands) { return run(spec(std::move(commands))); }

    /// Runs the loop until then; fails the test if that takes longer than any machine should need.
    void run_until(const std::function<bool()>& is_done, std::chrono::seconds limit = std::chrono::seconds(45));
    AttemptOutcome finish(const std::shared_ptr<Running>& running);
    /// Until the attempt has printed this.
    void run_until_said(const std::shared_ptr<Running>& running, const std::string& text);

    /// Processes alive that were started in this world: they carry its name in their environment.
    std::vector<int> alive() const;
    std::filesystem::path file(const std::string& name) const { return directory_ / name; }
    std::string content(const std::string& name) const;

    const Containment rung;
    std::shared_ptr<Supervisor> supervisor;
    boost::asio::io_context loop;

private:
    std::string name_;
    std::filesystem::path directory_;
    std::size_t descriptors_before_ = 0;
};

/// `/path/of/hostile ARGUMENTS`: a command without shell syntax.
std::string hostile(const std::string& arguments);

/// Runs the body in a world of each rung that this machine can do; one that it cannot is told.
void on_every_rung(const std::function<void(World&)>& body, const std::function<void(ProcessOptions&)>& adjust = {});
bool can_do(Containment rung);

/// What `setting` of a cgroup v1 controller makes of a directory of the test's own; removed at the end.
class OldCgroup {
public:
    /// \param controller `pids`, `memory`
    explicit OldCgroup(const std::string& controller);
    ~OldCgroup();
    OldCgroup(const OldCgroup&) = delete;
    OldCgroup& operator=(const OldCgroup&) = delete;

    /// Whether this machine has such a controller and lets us.
    bool is_usable() const noexcept { return is_usable_; }
    bool set(const std::string& file, const std::string& value);
    std::string get(const std::string& file) const;
    /// A command that runs the hostile child in it.
    std::string command(const std::string& arguments) const;

private:
    std::filesystem::path parent_;
    std::filesystem::path directory_;
    bool is_usable_ = false;
};

/// Another process whose output the test reads: an engine, a tracer. Killed and reaped at the end.
class Helper {
public:
    explicit Helper(std::vector<std::string> arguments);
    ~Helper();
    Helper(const Helper&) = delete;
    Helper& operator=(const Helper&) = delete;

    /// Reads until it has said this; fails the test if it does not.
    void wait_for(const std::string& text);
    void kill(int signal) noexcept;
    int pid() const noexcept { return pid_; }
    const std::string& said() const noexcept { return said_; }

private:
    int pid_ = -1;
    int output_ = -1;
    std::string said_;
};

/// Processes alive that have this in their environment; shims are not counted.
std::vector<int> alive_with(const std::string& entry);
/// Waits until it holds, as long as any machine may need. Returns whether it came to hold.
bool comes_true(const std::function<bool()>& condition);

std::size_t open_descriptors();
/// Children of this process, ended and not reaped ones too.
std::vector<int> children();

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start);

}  // namespace kahn::process::test
