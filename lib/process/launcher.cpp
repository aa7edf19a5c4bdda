#include "process/launcher.hpp"

#include "process/child_entry.hpp"

#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

namespace kahn::process {
namespace {

constexpr std::size_t stack_bytes = 64 * 1024;
constexpr std::size_t guard_bytes = 64 * 1024;  // a multiple of every page size there is

constexpr std::uint64_t clone_flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD;

/// Nothing may run a handler of the host in a child that shares its memory, so nothing is let through, not even the signals
/// that the C library keeps for itself.
class AllSignalsBlocked {
public:
    AllSignalsBlocked() noexcept {
        const std::uint64_t all = ~std::uint64_t{0};
        ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before_, sizeof before_);
    }
    ~AllSignalsBlocked() { ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, sizeof before_); }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

private:
    std::uint64_t before_ = 0;
};

/// clone and clone3 with a stack of the child's own. The child calls the entry and ends with its value. clone3 has no wrapper
/// in the C library, that of clone is replaced by one of its own in the thread sanitizer, and no function can return twice on
/// two stacks: the child's half is written out here. Returns a negative errno on failure.
#if defined(__x86_64__)
long clone_on_stack(long number, std::uintptr_t first, std::uintptr_t second, int* third, ChildPlan* plan) noexcept {
    long result = number;
    register long fourth asm("r10") = 0;
    register long fifth asm("r8") = 0;
    register ChildPlan* child_plan asm("r12") = plan;
    register int (*entry)(void*) asm("r13") = &run_child;
    asm volatile(
        "syscall\n\t"
        "testq %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "xorl %%ebp, %%ebp\n\t"
        "movq %%r12, %%rdi\n\t"
        "callq *%%r13\n\t"
        "movl %%eax, %%edi\n\t"
        "movl %[exit], %%eax\n\t"
        "syscall\n\t"
        "hlt\n"
        "1:"
        : "+a"(result)
        : "D"(first), "S"(second), "d"(third), "r"(fourth), "r"(fifth), "r"(child_plan), "r"(entry), [exit] "i"(SYS_exit_group)
        : "rcx", "r11", "memory", "cc");
    return result;
}
#elif defined(__aarch64__)
long clone_on_stack(long number, std::uintptr_t first, std::uintptr_t second, int* third, ChildPlan* plan) noexcept {
    register long x0 asm("x0") = static_cast<long>(first);
    register std::uintptr_t x1 asm("x1") = second;
    register int* x2 asm("x2") = third;
    register long x3 asm("x3") = 0;
    register long x4 asm("x4") = 0;
    register long x8 asm("x8") = number;
    register ChildPlan* child_plan asm("x20") = plan;
    register int (*entry)(void*) asm("x21") = &run_child;
    asm volatile(
        "svc #0\n\t"
        "cbnz x0, 1f\n\t"
        "mov x29, #0\n\t"
        "mov x0, x20\n\t"
        "blr x21\n\t"
        "mov x8, %[exit]\n\t"
        "svc #0\n\t"
        "brk #1\n"
        "1:"
        : "+r"(x0)
        : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x8), "r"(child_plan), "r"(entry), [exit] "i"(SYS_exit_group)
        : "memory", "cc");
    return x0;
}
#endif

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> out;
    out.reserve(strings.size() + 1);
    for (const std::string& text : strings) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

}  // namespace

std::string_view to_string(LaunchStage stage) noexcept {
    switch (stage) {
        case LaunchStage::none: return "none";
        case LaunchStage::suspended: return "suspended";
        case LaunchStage::memory: return "mmap";
        case LaunchStage::clone: return "clone";
        case LaunchStage::cgroup: return "cgroup";
        case LaunchStage::session: return "setsid";
        case LaunchStage::descriptors: return "descriptors";
        case LaunchStage::chdir: return "chdir";
        case LaunchStage::exec: return "exec";
    }
    return "unknown";
}

bool LaunchResult::may_pass() const noexcept {
    if (stage == LaunchStage::exec) return false;
    return error == EAGAIN || error == EMFILE || error == ENFILE || error == ENOMEM;
}

class Launcher::Stack {
public:
    Stack() noexcept {
        void* const memory = ::mmap(nullptr, guard_bytes + stack_bytes, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
        if (memory == MAP_FAILED) return;
        base_ = static_cast<char*>(memory);
        if (::mprotect(base_, guard_bytes, PROT_NONE) != 0) unmap();
    }
    ~Stack() { unmap(); }
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    explicit operator bool() const noexcept { return base_ != nullptr; }
    char* bottom() const noexcept { return base_ + guard_bytes; }

private:
    void unmap() noexcept {
        if (base_ != nullptr) ::munmap(base_, guard_bytes + stack_bytes);
        base_ = nullptr;
    }

    char* base_ = nullptr;
};

Launcher::Launcher(Method method) noexcept : method_(method) {}
Launcher::~Launcher() = default;

std::unique_ptr<Launcher::Stack> Launcher::borrow_stack() {
    {
        const std::scoped_lock lock(mutex_);
        if (!stacks_.empty()) {
            std::unique_ptr<Stack> stack = std::move(stacks_.back());
            stacks_.pop_back();
            return stack;
        }
    }
    return std::make_unique<Stack>();
}

void Launcher::give_back(std::unique_ptr<Stack> stack) {
    const std::scoped_lock lock(mutex_);
    stacks_.push_back(std::move(stack));
}

LaunchResult Launcher::launch(const LaunchRequest& request) {
    LaunchResult result;
    std::unique_ptr<Stack> stack = borrow_stack();
    if (!*stack) {
        result.stage = LaunchStage::memory;
        result.error = ENOMEM;
        return result;
    }
    const std::vector<char*> arguments = pointers(request.arguments);
    const std::vector<char*> environment =
        request.environment ? pointers(*request.environment) : std::vector<char*>{nullptr};

    ChildPlan plan;
    plan.program = request.program.c_str();
    plan.arguments = arguments.data();
    plan.environment = environment.data();
    plan.working_directory = request.working_directory.empty() ? nullptr : request.working_directory.c_str();
    plan.standard_output = request.standard_output;
    plan.standard_error = request.standard_error;
    plan.control = request.control;

    int pidfd = -1;
    long pid = -ENOSYS;
    {
        const AllSignalsBlocked blocked;
        if (method_ == Method::clone3) {
            clone_args clone3_arguments{};
            clone3_arguments.flags = clone_flags | CLONE_CLEAR_SIGHAND;
            clone3_arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
            clone3_arguments.exit_signal = SIGCHLD;
            clone3_arguments.stack = reinterpret_cast<std::uintptr_t>(stack->bottom());
            clone3_arguments.stack_size = stack_bytes;
            if (request.cgroup >= 0) {
                clone3_arguments.flags |= CLONE_INTO_CGROUP;
                clone3_arguments.cgroup = static_cast<__u64>(request.cgroup);
            }
            pid = clone_on_stack(SYS_clone3, reinterpret_cast<std::uintptr_t>(&clone3_arguments), sizeof clone3_arguments,
                                 nullptr, &plan);
        }
        if (pid == -ENOSYS) {
            plan.cgroup = request.cgroup;  // the child has to move there by itself
            pid = clone_on_stack(SYS_clone, clone_flags | SIGCHLD,
                                 reinterpret_cast<std::uintptr_t>(stack->bottom() + stack_bytes), &pidfd, &plan);
        }
    }
    give_back(std::move(stack));

    if (pid < 0) {
        result.stage = LaunchStage::clone;
        result.error = static_cast<int>(-pid);
        return result;
    }
    result.pidfd.reset(pidfd);
    if (plan.error != 0) {
        // It has left already: vfork's return says so. Take it away, so that no zombie stays.
        siginfo_t ignored{};
        while (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &ignored, WEXITED) != 0 && errno == EINTR) {}
        result.pidfd.reset();
        result.stage = plan.stage;
        result.error = plan.error;
        return result;
    }
    result.pid = static_cast<pid_t>(pid);
    return result;
}

}  // namespace kahn::process
