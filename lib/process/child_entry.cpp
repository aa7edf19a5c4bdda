#include "process/child_entry.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

// A child that shares the parent's memory must not touch the sanitizers' books about it.
#if defined(__clang__)
#define KAHN_CHILD_CODE __attribute__((no_sanitize("address", "thread", "undefined"), noinline))
#else
#define KAHN_CHILD_CODE \
    __attribute__((no_sanitize_address, no_sanitize_thread, no_sanitize_undefined, noinline, optimize("no-stack-protector")))
#endif

namespace kahn::process {
namespace {

/// The C library's wrappers would write the errno of the parent's thread. Returns a negative errno on failure.
KAHN_CHILD_CODE long raw(long number, long a = 0, long b = 0, long c = 0, long d = 0) noexcept {
#if defined(__x86_64__)
    long result = number;
    register long fourth asm("r10") = d;
    asm volatile("syscall" : "+a"(result) : "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory", "cc");
    return x0;
#else
#error "kahn's launcher knows x86-64 and aarch64"
#endif
}

template <class T>
KAHN_CHILD_CODE long address(const T* pointer) noexcept {
    return static_cast<long>(reinterpret_cast<std::uintptr_t>(pointer));
}

/// struct sigaction as the kernel has it; all zero is SIG_DFL.
struct KernelSigaction {
    std::uint64_t words[4] = {0, 0, 0, 0};
};

constexpr int first_free = 4;  // 0 to 3 are given away

/// A copy out of the way of the numbers that are about to be given away.
KAHN_CHILD_CODE long move_up(int fd) noexcept {
    return fd < 0 || fd >= first_free ? fd : raw(SYS_fcntl, fd, F_DUPFD, first_free);
}

KAHN_CHILD_CODE long join_cgroup(int directory) noexcept {
    const long file = raw(SYS_openat, directory, address("cgroup.procs"), O_WRONLY | O_CLOEXEC);
    if (file < 0) return file;
    return raw(SYS_write, file, address("0"), 1);
}

/// Where close_range is not to be had (before Linux 5.9, or forbidden): by the list in /proc, else by brute force.
KAHN_CHILD_CODE void close_from_slowly(int first) noexcept {
    const long directory = raw(SYS_openat, AT_FDCWD, address("/proc/self/fd"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        for (int fd = first; fd < 65536; ++fd) raw(SYS_close, fd);
        return;
    }
    alignas(8) char buffer[2048];
    // Closing while reading may skip entries, so it is read again until a pass closes nothing.
    for (bool closed = true; closed;) {
        closed = false;
        raw(SYS_lseek, directory, 0, 0);
        for (long size = 0; (size = raw(SYS_getdents64, directory, address(buffer), sizeof buffer)) > 0;) {
            for (long at = 0; at < size;) {
                const char* const entry = buffer + at;
                at += *reinterpret_cast<const unsigned short*>(entry + 16);  // d_reclen
                int fd = 0;
                const char* digit = entry + 19;  // d_name
                while (*digit >= '0' && *digit <= '9') fd = fd * 10 + (*digit++ - '0');
                if (*digit != '\0' || fd < first || fd == directory) continue;
                raw(SYS_close, fd);
                closed = true;
            }
        }
    }
    raw(SYS_close, directory);
}

/// Opens /dev/null last: a host that has used up its numbers leaves none free before the rest is closed.
KAHN_CHILD_CODE long arrange_descriptors(const ChildPlan& plan) noexcept {
    const long wanted[] = {-1, move_up(plan.standard_output), move_up(plan.standard_error), move_up(plan.control)};
    for (long number = 1; number < 4; ++number) {
        if (wanted[number] < -1) return wanted[number];
        if (wanted[number] < 0) continue;
        const long result = raw(SYS_dup3, wanted[number], number, 0);
        if (result < 0) return result;
    }
    const int first = wanted[3] < 0 ? 3 : 4;
    if (raw(SYS_close_range, first, static_cast<long>(~0U), 0) < 0) close_from_slowly(first);

    const long null = raw(SYS_openat, AT_FDCWD, address("/dev/null"), O_RDWR | O_CLOEXEC);
    if (null < 0) return null;
    for (long number = 0; number < 3; ++number) {
        if (wanted[number] >= 0) continue;
        // The number may have been free in the host, so that it is the null device already: dup3 refuses equal numbers.
        const long result = null == number ? raw(SYS_fcntl, null, F_SETFD, 0) : raw(SYS_dup3, null, number, 0);
        if (result < 0) return result;
    }
    if (null > 2) raw(SYS_close, null);
    return 0;
}

KAHN_CHILD_CODE int fail(ChildPlan& plan, LaunchStage stage, long result) noexcept {
    plan.stage = stage;
    plan.error = static_cast<int>(-result);
    return 127;
}

}  // namespace

KAHN_CHILD_CODE int run_child(void* argument) {
    ChildPlan& plan = *static_cast<ChildPlan*>(argument);
    if (plan.cgroup >= 0) {
        const long result = join_cgroup(plan.cgroup);
        if (result < 0) return fail(plan, LaunchStage::cgroup, result);
    }
    // CLONE_CLEAR_SIGHAND keeps what the host ignores ignored, and exec would too.
    const KernelSigaction by_default;
    for (int number = 1; number <= 64; ++number) {
        if (number != SIGKILL && number != SIGSTOP) raw(SYS_rt_sigaction, number, address(&by_default), 0, 8);
    }
    long result = raw(SYS_setsid);
    if (result < 0) return fail(plan, LaunchStage::session, result);
    // Before the descriptors: the working directory may be named through one of them, as in /proc/self/fd/9.
    if (plan.working_directory != nullptr) {
        result = raw(SYS_chdir, address(plan.working_directory));
        if (result < 0) return fail(plan, LaunchStage::chdir, result);
    }
    result = arrange_descriptors(plan);
    if (result < 0) return fail(plan, LaunchStage::descriptors, result);
    const std::uint64_t no_signal = 0;
    raw(SYS_rt_sigprocmask, SIG_SETMASK, address(&no_signal), 0, 8);
    result = raw(SYS_execve, address(plan.program), address(plan.arguments), address(plan.environment));
    return fail(plan, LaunchStage::exec, result);
}

}  // namespace kahn::process
