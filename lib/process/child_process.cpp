#include "process/child_process.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace kahn::process {
namespace {

std::chrono::microseconds microseconds_of(const timeval& time) noexcept {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

ChildStatus with_usage(ChildStatus status, const rusage& usage) noexcept {
    status.user_time = microseconds_of(usage.ru_utime);
    status.system_time = microseconds_of(usage.ru_stime);
    status.peak_memory_kib = usage.ru_maxrss;
    return status;
}

}  // namespace

ChildStatus ChildStatus::from_wait_status(int status, const rusage& usage) noexcept {
    ChildStatus out;
    out.end = WIFEXITED(status) ? End::exited : End::signaled;
    out.value = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    return with_usage(out, usage);
}

std::optional<ChildStatus> ChildProcess::try_reap() noexcept {
    const std::scoped_lock lock(mutex_);
    if (status_) return status_;
    siginfo_t info{};
    rusage usage{};
    // The C library's waitid has no room for the usage, the system call has.
    const long result = ::syscall(SYS_waitid, P_PIDFD, pidfd_.get(), &info, WEXITED | WNOHANG, &usage);
    if (result != 0) {
        if (errno == EINTR) return std::nullopt;
        status_.emplace();  // ECHILD: the host waited for all of its children, or ignores SIGCHLD
        return status_;
    }
    if (info.si_pid == 0) return std::nullopt;
    ChildStatus status;
    status.end = info.si_code == CLD_EXITED ? ChildStatus::End::exited : ChildStatus::End::signaled;
    status.value = info.si_status;
    status_ = with_usage(status, usage);
    return status_;
}

void ChildProcess::signal(int number) noexcept {
    const std::scoped_lock lock(mutex_);
    if (!status_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

}  // namespace kahn::process
