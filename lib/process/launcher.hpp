#pragma once

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn::process {

/// The steps of a start that can fail, in their order.
enum class LaunchStage { none, suspended, memory, clone, cgroup, session, descriptors, chdir, exec };

std::string_view to_string(LaunchStage stage) noexcept;

/// One process to start. Nothing of it is looked up or interpreted any more.
struct LaunchRequest {
    LaunchRequest() = default;

    std::string program;                 ///< as execve takes it; relative to the working directory
    std::vector<std::string> arguments;  ///< with the program's own name
    std::shared_ptr<const std::vector<std::string>> environment;
    std::string working_directory;  ///< empty: the engine's own
    int standard_output = -1;       ///< descriptor; -1: /dev/null
    int standard_error = -1;        ///< descriptor; -1: /dev/null
    int control = -1;               ///< becomes descriptor 3 of the child; -1: there is none
    int cgroup = -1;                ///< directory of the cgroup to be born in; -1: the engine's own
};
static_assert(!std::is_aggregate_v<LaunchRequest>);

struct LaunchResult {
    LaunchResult() = default;

    bool started() const noexcept { return pid > 0; }
    /// Nothing is wrong with the request: the machine is short of processes or descriptors for the moment.
    bool may_pass() const noexcept;

    pid_t pid = -1;
    UniqueFd pidfd;
    LaunchStage stage = LaunchStage::none;  ///< that failed
    int error = 0;                          ///< errno of that stage
};

/// Starts processes in place of Boost.Process's launchers.
///
/// The child shares the memory of the caller, which waits until it has left it (as vfork does), so that the cost does not
/// grow with the engine; it runs on a stack of its own behind a guard page and makes nothing but raw system calls. It gets
/// descriptors 0 to 2 (and 3, if asked) and nothing else, a session of its own, an empty signal mask and default
/// dispositions. A start that fails leaves nothing behind.
///
/// \par Thread safety
/// Safe from any thread.
class Launcher {
public:
    /// How the child is made. `clone` is for kernels and sandboxes that refuse `clone3`.
    enum class Method { clone3, clone };

    explicit Launcher(Method method = Method::clone3) noexcept;
    ~Launcher();
    Launcher(const Launcher&) = delete;
    Launcher& operator=(const Launcher&) = delete;

    /// Returns as soon as the program runs, or did not come to.
    LaunchResult launch(const LaunchRequest& request);

private:
    class Stack;
    std::unique_ptr<Stack> borrow_stack();
    void give_back(std::unique_ptr<Stack> stack);

    const Method method_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Stack>> stacks_;  // a mapping costs more than the clone: keep the few there are
};

}  // namespace kahn::process
