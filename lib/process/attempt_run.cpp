#include "process/attempt_run.hpp"

#include "process/oom.hpp"
#include "process/path_lookup.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace kahn::process {
namespace {

SteadyTime steady_now() noexcept { return std::chrono::steady_clock::now(); }

std::string errno_text(int error) { return std::generic_category().message(error); }

std::string list(const std::vector<Leftover>& processes) {
    constexpr std::size_t most = 10;
    std::string out;
    for (std::size_t i = 0; i < std::min(processes.size(), most); ++i) {
        if (i > 0) out += ", ";
        out += std::to_string(processes[i].pid) + " (" + processes[i].name + ")";
    }
    if (processes.size() > most) out += " and " + std::to_string(processes.size() - most) + " more";
    return out;
}

}  // namespace

class AttemptRun::Mailbox final : public Suspension::Part {
public:
    explicit Mailbox(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// The attempt is gone: nothing of its executor may be kept, whose context may go as well.
    void abandon() {
        const std::scoped_lock lock(mutex_);
        executor_ = boost::asio::any_io_executor();
    }

    /// Has it done on the attempt's executor, if there still is one.
    template <class Work>
    void post(Work work) {
        const std::scoped_lock lock(mutex_);
        if (executor_) boost::asio::post(executor_, std::move(work));
    }

    void belongs_to(std::weak_ptr<AttemptRun> run) { run_ = std::move(run); }

    void suspend() noexcept override { time.stop(steady_now); }
    void resume() noexcept override {
        time.go_on(steady_now);
        try {
            post([run = run_] {
                if (const auto self = run.lock()) self->ring();
            });
        } catch (const std::exception&) {  // out of memory
        }
    }

    StandingTime time;

private:
    std::mutex mutex_;
    boost::asio::any_io_executor executor_;
    std::weak_ptr<AttemptRun> run_;
};

AttemptRun::AttemptRun(boost::asio::any_io_executor executor, std::shared_ptr<LocalSupervisor> supervisor, AttemptSpec spec,
                       std::shared_ptr<AttemptListener> listener)
    : executor_(std::move(executor)),
      supervisor_(std::move(supervisor)),
      spec_(std::move(spec)),
      working_directory_(spec_.working_directory.string()),
      environment_(std::make_shared<const std::vector<std::string>>(spec_.environment)),
      listener_(std::move(listener)),
      output_(std::make_shared<AttemptOutput>(std::make_unique<OutputSink>(
          supervisor_->tail_budget(), supervisor_->options().kept_output_bytes,
          LogFile(spec_.log, supervisor_->options().log_limit_bytes), listener_, spec_.masker))),
      mailbox_(std::make_shared<Mailbox>(executor_)),
      alarm_(executor_),
      policy_(supervisor_->options().grace),
      retry_(supervisor_->options().start_patience) {}

AttemptRun::~AttemptRun() {
    mailbox_->abandon();
    output_->abandon();
    watch_.reset();
    if (!tree_) return;
    if (!policy_.is_over()) {
        tree_->kill();
        const SteadyTime limit = steady_now() + std::chrono::seconds(2);
        while (!tree_->empty() && steady_now() < limit) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    supervisor_->release(tree_);
}

void AttemptRun::ring() {
    has_rung_ = true;
    alarm_.cancel();
}

SteadyTime AttemptRun::now() const {
    return mailbox_->time.now(steady_now);
}

bool AttemptRun::is_suspended() const { return spec_.suspension && spec_.suspension->is_suspended(); }

bool AttemptRun::advance() {
    if (supervisor_->is_stopping() && !std::exchange(has_heard_of_shutdown_, true)) stop();
    const SteadyTime time = now();
    if (wait_again_at_ && steady_now() >= *wait_again_at_) {
        wait_again_at_.reset();
        if (watch_) wait_for_command();
    }
    try {
        if (step_ == Step::not_begun && retry_.may_try(time) && begin()) step_ = Step::ready;
        if (step_ == Step::ready && retry_.may_try(time) && !is_suspended()) start_command();
    } catch (const std::exception& error) {  // no memory, no room in the reactor
        fail_to_start(error.what());
    }
    if (step_ == Step::over && !tree_) {
        policy_.observe(time, Sight());
        return true;
    }
    act(policy_.observe(time, look()));
    if (policy_.is_over()) return true;
    set_alarm();
    return false;
}

/// What all commands share. Returns false if it failed, for now or for good.
bool AttemptRun::begin() {
    if (!tree_) {
        std::string why_not;
        tree_ = supervisor_->make_tree(why_not);
        if (!tree_) {
            fail_to_start(why_not);
            return false;
        }
        if (spec_.suspension) {
            mailbox_->belongs_to(weak_from_this());
            spec_.suspension->join(tree_);  // before the mailbox: who is rung may launch into it
            spec_.suspension->join(mailbox_);
        }
        oom_kills_before_ = supervisor_->oom_kills_before_now();
        outcome_.containment = supervisor_->containers().containment();
    }
    const int error = output_->open();
    if (error == EMFILE || error == ENFILE) {
        retry_later("pipe", error);
        return false;
    }
    if (error != 0) {
        fail_to_start("pipe: " + errno_text(error));
        return false;
    }
    output_->start(executor_, [this] { ring(); });
    return true;
}

void AttemptRun::start_command() {
    if (outcome_.command >= spec_.commands.size()) {  // an attempt without commands has done all of them
        outcome_.exit_code = 0;
        command_is_done(false);
        return;
    }
    const std::size_t index = outcome_.command;
    prepared_ = spec_.arguments.empty() ? prepare_command(spec_.commands[index], environment_, working_directory_)
                                        : prepare_arguments(spec_.arguments.at(index), environment_, working_directory_);
    if (!prepared_.refusal.empty()) return fail_to_start(prepared_.refusal);
    if (prepared_.exit_code != 0) {
        outcome_.end = AttemptEnd::exited;
        outcome_.exit_code = prepared_.exit_code;
        outcome_.message = prepared_.message;
        return command_is_done(false);
    }
    launch(prepared_.request);
}

void AttemptRun::launch(LaunchRequest request) {
    step_ = Step::starting;
    request.standard_output = output_->standard_output();
    request.standard_error = output_->standard_error();
    if (!supervisor_->spawner().prefers_threads(supervisor_->live_trees())) {
        launched(tree_->launch(*supervisor_->launcher(), std::move(request)));
        return;
    }
    auto work = [mailbox = mailbox_, run = weak_from_this(), tree = tree_,
                 launcher = supervisor_->launcher(), request = std::move(request)]() mutable {
        // shared: std::function wants to be copyable.
        auto result = std::make_shared<Tree::Launched>(tree->launch(*launcher, std::move(request)));
        mailbox->post([run, result] {
            if (const auto self = run.lock()) {
                self->launched(std::move(*result));
                self->ring();
            }
        });
    };
    supervisor_->spawner().post(std::move(work));
}

void AttemptRun::launched(Tree::Launched launched) {
    if (!launched.command) return refused(launched.result);
    if (const auto lasted = retry_.succeeded(now())) {
        outcome_.warnings.push_back("the start had to wait " + format_duration(*lasted) +
                                    " for the system to have room for another process");
    }
    step_ = Step::running;
    try {
        watch_ = std::make_unique<CommandWatch>(executor_, std::move(launched.command));
    } catch (const std::exception& error) {
        return fail_to_start(error.what());  // nobody would hear of its end
    }
    if (!read_events()) wait_for_command();
}

void AttemptRun::refused(const LaunchResult& result) {
    const LaunchRequest& request = prepared_.request;
    step_ = Step::ready;
    if (is_stopped_ || result.error == ECANCELED) {
        is_stopped_ = true;
        return command_is_done(false);
    }
    switch (result.stage) {
        case LaunchStage::suspended: return;  // it is started when the run goes on, which rings
        case LaunchStage::exec: return exec_failed(result.error);
        case LaunchStage::chdir:
            return fail_to_start("working directory '" + request.working_directory + "': " + errno_text(result.error));
        default: break;
    }
    const std::string stage(to_string(result.stage));
    if (result.may_pass()) return retry_later(stage, result.error);
    fail_to_start("cannot start '" + request.program + "': " + stage + ": " + errno_text(result.error));
}

void AttemptRun::retry_later(const std::string& what, int error) {
    if (retry_.failed(now())) return;
    fail_to_start("cannot start: " + what + ": " + errno_text(error) + ", for " +
                  format_duration(supervisor_->options().start_patience));
}

void AttemptRun::wait_for_command() {
    watch_->async_wait([run = weak_from_this()] {
        if (const auto self = run.lock()) self->command_is_ready();
    });
}

void AttemptRun::command_is_ready() {
    if (read_events()) return;
    // Ready, and nothing is there: a tracer has the status first, for example. Waiting at once would spin.
    wait_again_at_ = steady_now() + std::chrono::milliseconds(20);
    ring();
}

/// Returns whether there was any.
bool AttemptRun::read_events() {
    bool was_any = false;
    while (watch_ && step_ == Step::running) {
        const std::optional<Command::Event> event = watch_->command().poll();
        if (!event) break;
        was_any = true;
        switch (*event) {
            case Command::Event::started: started(); break;
            case Command::Event::exec_failed: {
                const int error = watch_->command().error();
                watch_.reset();
                step_ = Step::ready;
                exec_failed(error);
                break;
            }
            case Command::Event::ended: {
                const ChildStatus status = watch_->command().status();
                watch_.reset();
                ended(status);
                break;
            }
        }
    }
    if (was_any) {
        if (watch_ && step_ == Step::running) wait_for_command();
        ring();
    }
    return was_any;
}

void AttemptRun::started() {
    if (outcome_.command + 1 == spec_.commands.size()) output_->close_write_ends();
    if (listener_) listener_->on_command(outcome_.command, watch_->command().pid());
    if (is_stopped_) terminate();  // the stop came while it was being started
}

void AttemptRun::exec_failed(int error) {
    if (error == ENOEXEC && prepared_.is_direct && !is_stopped_) {
        prepared_.request = as_script(prepared_.request);
        prepared_.is_direct = false;
        return launch(prepared_.request);
    }
    if (error == E2BIG) {
        return fail_to_start("cannot start '" + prepared_.request.program +
                             "': its arguments and environment are longer than the system takes (" + errno_text(error) + ")");
    }
    if (!prepared_.is_direct) return fail_to_start("cannot start '" + prepared_.request.program + "': " + errno_text(error));
    const ProgramLookup failure = describe_exec_failure(prepared_.request.program, error);
    outcome_.end = AttemptEnd::exited;
    outcome_.exit_code = failure.exit_code;
    outcome_.message = failure.message;
    command_is_done(false);
}

void AttemptRun::ended(const ChildStatus& status) {
    outcome_.user_time += status.user_time;
    outcome_.system_time += status.system_time;
    outcome_.peak_memory_kib = std::max(outcome_.peak_memory_kib, status.peak_memory_kib);
    outcome_.exit_code.reset();
    outcome_.signal = 0;
    switch (status.end) {
        case ChildStatus::End::lost:
            outcome_.end = AttemptEnd::status_lost;
            outcome_.message = "somebody else in this program waited for the process";
            break;
        case ChildStatus::End::exited:
            outcome_.end = AttemptEnd::exited;
            outcome_.exit_code = status.value;
            if (status.value > 128 && status.value <= 128 + SIGRTMAX && !prepared_.is_direct) {
                outcome_.message = "a shell's way to say: ended by " + signal_name(status.value - 128) + was_out_of_memory();
            }
            break;
        case ChildStatus::End::signaled:
            outcome_.end = AttemptEnd::signaled;
            outcome_.signal = status.value;
            if (status.value == SIGKILL && !was_out_of_memory().empty()) outcome_.message = "out of memory";
            break;
    }
    output_->read_now();  // most often this finds the end of both pipes, and saves a turn of the loop
    // kill_all() does not ask the attempt before it kills.
    if (status.end == ChildStatus::End::signaled && supervisor_->is_stopping()) is_stopped_ = true;
    command_is_done(outcome_.succeeded());
}

/// ` (out of memory)` if the kernel has killed something for that and it was not us.
std::string AttemptRun::was_out_of_memory() {
    if (tree_->is_killed()) return {};
    const std::optional<std::uint64_t> own = tree_->oom_kills();
    const bool has_killed = own ? *own > 0 : machine_oom_kills() > oom_kills_before_;
    return has_killed ? " (out of memory)" : "";
}

void AttemptRun::command_is_done(bool succeeded) {
    step_ = Step::ready;
    if (succeeded && !is_stopped_ && outcome_.command + 1 < spec_.commands.size()) {
        ++outcome_.command;
        return;
    }
    step_ = Step::over;
    retry_.give_up();
    output_->close_write_ends();
}

void AttemptRun::fail_to_start(std::string message) {
    outcome_.end = AttemptEnd::not_started;
    outcome_.exit_code.reset();
    outcome_.signal = 0;
    outcome_.message = std::move(message);
    if (tree_) tree_->kill();
    watch_.reset();
    command_is_done(false);
}

void AttemptRun::stop() {
    if (step_ == Step::running && !is_stopped_) read_events();  // an end that is there already comes first
    if (step_ != Step::over) {
        is_stopped_ = true;
        if (step_ == Step::not_begun || step_ == Step::ready) command_is_done(false);
    }
    act(policy_.stop(now()));
    ring();
}

Sight AttemptRun::look() {
    Sight sight;
    sight.commands_over = step_ == Step::over;
    if (!sight.commands_over) return sight;
    sight.tree_empty = tree_->empty();
    sight.tree_tight = tree_->is_tight();
    sight.output_open = output_->is_open();
    sight.rest_may_stay = may_leave_something();
    return sight;
}

void AttemptRun::act(EndPolicy::Action action) {
    switch (action) {
        case EndPolicy::Action::none:
        case EndPolicy::Action::finish: break;
        case EndPolicy::Action::terminate: terminate(); break;
        case EndPolicy::Action::kill: kill(); break;
        case EndPolicy::Action::give_up: report_survivors(); break;
    }
}

void AttemptRun::terminate() {
    if (!tree_ || policy_.is_killing()) return;
    tree_->terminate();
}

void AttemptRun::kill() {
    if (!tree_) return;
    look_again_ = std::chrono::milliseconds(1);
    if (!is_stopped_) {
        outcome_.leftovers = as_leftovers(tree_->processes());
        if (!outcome_.leftovers.empty()) {
            outcome_.warnings.push_back("left behind and ended: " + list(outcome_.leftovers));
        }
    }
    tree_->kill();
}

/// A failure leaves nothing: another attempt may follow.
bool AttemptRun::may_leave_something() const { return spec_.keeps_leftovers && !is_stopped_ && outcome_.succeeded(); }

void AttemptRun::note_kept() {
    if (tree_->empty()) return;
    outcome_.leftovers = as_leftovers(tree_->processes());
    if (outcome_.leftovers.empty()) return;
    outcome_.warnings.push_back("left behind and kept until kahn ends: " + list(outcome_.leftovers));
}

void AttemptRun::report_survivors() {
    std::vector<Leftover> survivors = as_leftovers(tree_->processes());
    for (const pid_t pid : tree_->unreaped()) {
        const auto is_it = [pid](const Leftover& process) { return process.pid == pid; };
        if (std::find_if(survivors.begin(), survivors.end(), is_it) != survivors.end()) continue;
        const std::optional<ProcessInfo> info = process_info(pid);
        survivors.emplace_back(pid, info ? info->name : std::string("?"));
    }
    outcome_.end = AttemptEnd::unkillable;
    outcome_.message = "still there 2 s after SIGKILL: " + list(survivors);
    outcome_.leftovers = std::move(survivors);
    watch_.reset();
}

void AttemptRun::set_alarm() {
    // In the time that stands still with the run; who resumes it rings.
    SteadyTime next = SteadyTime::max();
    if (const auto deadline = policy_.deadline()) next = std::min(next, *deadline);
    if (const auto retry = retry_.next()) next = std::min(next, *retry);
    next = mailbox_->time.stands() ? SteadyTime::max() : mailbox_->time.source_time(next);
    // In real time: what happens to processes that are killed happens also then.
    if (wait_again_at_) next = std::min(next, *wait_again_at_);
    if (policy_.is_ending() && step_ == Step::over) {  // nothing announces that a tree is empty
        next = std::min<SteadyTime>(next, steady_now() + look_again_);
        look_again_ = std::min(look_again_ * 2, std::chrono::microseconds(50'000));
    }
    alarm_.expires_at(next);
}

AttemptOutcome AttemptRun::take_outcome() {
    const bool is_held = output_->is_open() && tree_ && !tree_->is_tight() && !is_stopped_;
    output_->finish(outcome_);
    if (is_held) {
        outcome_.warnings.push_back("a process that has left its session still holds the output: it was not found");
    }
    if (tree_) {
        if (may_leave_something()) note_kept();
        supervisor_->release(tree_);
        if (std::string warning = supervisor_->containers().warning(); !warning.empty()) {
            outcome_.warnings.push_back(std::move(warning));
        }
    }
    if (is_stopped_ && outcome_.end != AttemptEnd::unkillable) outcome_.end = AttemptEnd::stopped;
    return std::move(outcome_);
}

}  // namespace kahn::process
