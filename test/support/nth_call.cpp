// Runs a program and lets one system call of one of its threads be the program's last, or fail.
//
//     nth-call REPORT count PROGRAM [ARGUMENT...]
//     nth-call REPORT kill|ERRNO THREAD CALL NUMBER PROGRAM [ARGUMENT...]
//
// THREAD counts from 0 in the order in which they were begun. CALL is a name of `names` below, or `any`. NUMBER counts from 1 the
// calls of that name that this thread makes; it is not done then. It ends as PROGRAM does. REPORT is a file that gets the counts,
// `THREAD CALL COUNT` a line, or `reached`, or nothing if the program never came so far. 77: nothing can be traced here.
//
// strace's `when=` counts for each thread as well, but it cannot say for which of them: what the first thread does often hides all
// that the others do. It follows the jobs too; here only threads are followed.

#include <elf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace {

constexpr int cannot_trace = 77;

const std::map<std::string_view, long>& names() {
    static const std::map<std::string_view, long> known{
        {"write", SYS_write},         {"pwrite64", SYS_pwrite64}, {"fsync", SYS_fsync},     {"fdatasync", SYS_fdatasync},
        {"ftruncate", SYS_ftruncate}, {"openat", SYS_openat},     {"openat2", SYS_openat2}, {"renameat", SYS_renameat},
        {"unlinkat", SYS_unlinkat},   {"mkdirat", SYS_mkdirat},   {"flock", SYS_flock},     {"read", SYS_read},
        {"pread64", SYS_pread64},     {"fcntl", SYS_fcntl},       {"getdents64", SYS_getdents64},
#ifdef SYS_rename  // newer machines have none of these
        {"rename", SYS_rename},       {"unlink", SYS_unlink},     {"mkdir", SYS_mkdir},     {"open", SYS_open},
#endif
    };
    return known;
}

const std::map<std::string_view, int>& errors() {
    static const std::map<std::string_view, int> known{{"ENOSPC", ENOSPC}, {"EIO", EIO},       {"EMFILE", EMFILE}, {"EACCES", EACCES},
                                                       {"ENOLCK", ENOLCK}, {"EROFS", EROFS},   {"ENOMEM", ENOMEM}, {"EINTR", EINTR}};
    return known;
}

/// The call that this stopped thread is about to make is not made. \return whether that is possible on this machine
bool leave_out([[maybe_unused]] pid_t thread) {
#if defined(__x86_64__)
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return false;
    registers.orig_rax = static_cast<unsigned long long>(-1);
    return ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers) == 0;
#elif defined(__aarch64__)
    int none = -1;
    iovec part{&none, sizeof none};
    return ::ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &part) == 0;
#else
    return false;
#endif
}

/// What the call that was left out seems to have returned.
void set_result([[maybe_unused]] pid_t thread, [[maybe_unused]] int error) {
#if defined(__x86_64__)
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return;
    registers.rax = static_cast<unsigned long long>(-static_cast<long long>(error));
    ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers);
#elif defined(__aarch64__)
    user_regs_struct registers{};
    iovec part{&registers, sizeof registers};
    if (::ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &part) != 0) return;
    registers.regs[0] = static_cast<unsigned long long>(-static_cast<long long>(error));
    ::ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &part);
#endif
}

struct Thread {
    int place = 0;
    int calls = 0;
    std::map<long, int> calls_by_number;
    bool is_left_out = false;  // the call that it is in
};

/// What is to happen, and where.
struct Target {
    bool kills = false;
    int error = 0;
    int thread = -1;  // none: only counted
    long call = -1;   // any
    int number = 0;
};

class Tracer {
public:
    Tracer(pid_t program, Target target) : program_(program), target_(target) { know(program); }

    bool was_reached() const { return was_reached_; }

    void write_counts(std::ostream& out) const {
        std::map<int, const Thread*> in_order;
        for (const auto& [id, thread] : threads_) in_order.emplace(thread.place, &thread);
        for (const auto& [place, thread] : in_order) {
            out << place << " any " << thread->calls << '\n';
            for (const auto& [name, number] : names()) {
                const auto found = thread->calls_by_number.find(number);
                if (found != thread->calls_by_number.end()) out << place << ' ' << name << ' ' << found->second << '\n';
            }
        }
    }

    /// \return the wait status of the program
    int follow() {
        for (;;) {
            int status = 0;
            const pid_t id = ::waitpid(-1, &status, __WALL);
            if (id < 0 && errno == EINTR) continue;
            if (id < 0) return 0;
            if (WIFSTOPPED(status)) {
                stopped(id, status);
            } else if (id == program_) {
                return status;  // the first thread is told of last
            }
        }
    }

private:
    Thread& know(pid_t id) {
        const auto [found, is_new] = threads_.try_emplace(id);
        if (is_new) found->second.place = static_cast<int>(threads_.size()) - 1;
        return found->second;
    }

    void stopped(pid_t id, int status) {
        const int signal = WSTOPSIG(status);
        const int event = status >> 16;
        if (signal == (SIGTRAP | 0x80)) {
            at_call(id);
            go_on(id, 0);
        } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
            ::ptrace(PTRACE_LISTEN, id, nullptr, nullptr);  // stopped as a whole: until it is continued
        } else if (event != 0) {
            unsigned long made = 0;
            if (event == PTRACE_EVENT_EXEC) is_loaded_ = true;
            if (event == PTRACE_EVENT_CLONE && ::ptrace(PTRACE_GETEVENTMSG, id, nullptr, &made) == 0) know(static_cast<pid_t>(made));
            if (event == PTRACE_EVENT_STOP) know(id);  // it may be told of before the thread that made it
            go_on(id, 0);
        } else {
            go_on(id, signal);
        }
    }

    static void go_on(pid_t id, int signal) {
        ::ptrace(PTRACE_SYSCALL, id, nullptr, reinterpret_cast<void*>(static_cast<std::intptr_t>(signal)));
    }

    void at_call(pid_t id) {
        __ptrace_syscall_info info{};
        if (!is_loaded_ || ::ptrace(PTRACE_GET_SYSCALL_INFO, id, sizeof info, &info) <= 0) return;
        Thread& thread = know(id);
        if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
            if (std::exchange(thread.is_left_out, false)) set_result(id, target_.error);
            return;
        }
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
        const auto call = static_cast<long>(info.entry.nr);
        const int of_all = ++thread.calls;
        const int of_its_kind = ++thread.calls_by_number[call];
        if (was_reached_ || thread.place != target_.thread) return;
        const bool is_it = target_.call < 0 ? of_all == target_.number : call == target_.call && of_its_kind == target_.number;
        if (!is_it) return;
        was_reached_ = true;
        if (target_.kills) {
            ::kill(program_, SIGKILL);
        } else {
            thread.is_left_out = leave_out(id);
            if (!thread.is_left_out) was_reached_ = false;
        }
    }

    pid_t program_;
    Target target_;
    bool is_loaded_ = false;
    bool was_reached_ = false;
    std::map<pid_t, Thread> threads_;
};

pid_t start_stopped(char** arguments) {
    const pid_t program = ::fork();
    if (program != 0) return program;
    ::raise(SIGSTOP);
    ::execvp(arguments[0], arguments);
    ::_exit(127);
}

bool seize(pid_t program) {
    int status = 0;
    if (::waitpid(program, &status, WUNTRACED) != program || !WIFSTOPPED(status)) return false;
    const std::intptr_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (::ptrace(PTRACE_SEIZE, program, nullptr, reinterpret_cast<void*>(options)) != 0) return false;
    return ::kill(program, SIGCONT) == 0;
}

[[noreturn]] void end_like(int status) {
    if (WIFSIGNALED(status)) {
        ::signal(WTERMSIG(status), SIG_DFL);
        ::raise(WTERMSIG(status));
    }
    std::_Exit(WEXITSTATUS(status));
}

[[noreturn]] void misused(const std::string& what) {
    std::cerr << "nth-call: " << what << '\n';
    std::_Exit(2);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) misused("REPORT count PROGRAM..., or REPORT kill|ERRNO THREAD CALL NUMBER PROGRAM...");
    const std::string what = arguments[2];
    Target target;
    char** program = arguments + 3;
    if (what != "count") {
        if (count < 7) misused("no program");
        const auto error = errors().find(what);
        target.kills = what == "kill";
        if (!target.kills && error == errors().end()) misused("unknown error " + what);
        if (!target.kills) target.error = error->second;
        const auto call = names().find(arguments[4]);
        if (call != names().end()) target.call = call->second;
        if (call == names().end() && std::string_view(arguments[4]) != "any") misused("unknown call " + std::string(arguments[4]));
        target.thread = std::atoi(arguments[3]);
        target.number = std::atoi(arguments[5]);
        program = arguments + 6;
    }
    const pid_t started = start_stopped(program);
    if (started < 0 || !seize(started)) {
        std::cerr << "nth-call: nothing can be traced here\n";
        if (started > 0) ::kill(started, SIGKILL);
        return cannot_trace;
    }
    Tracer tracer(started, target);
    const int status = tracer.follow();
    {
        std::ofstream report(arguments[1]);
        if (target.thread < 0) {
            tracer.write_counts(report);
        } else if (tracer.was_reached()) {
            report << "reached\n";
        }
    }
    end_like(status);
}
