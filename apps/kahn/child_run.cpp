#include "child_run.hpp"

#include "spawn.hpp"

#include <kahn/base/error.hpp>

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace kahn::app {
namespace {

pid_t spawn_self(std::vector<std::string> words) {
    words.insert(words.begin(), "kahn");
    pid_t pid = -1;
    const int error = spawn(pid, "/proc/self/exe", std::move(words));
    if (error != 0) throw Error(Errc::internal, "kahn run could not be started: " + std::generic_category().message(error));
    return pid;
}

}  // namespace

ChildRun::ChildRun(boost::asio::io_context& context, const std::vector<std::string>& arguments, std::function<void(int)> ended)
    : pidfd_(context), ended_(std::move(ended)) {
    pid_ = spawn_self(arguments);
    const long fd = ::syscall(SYS_pidfd_open, pid_, 0);
    if (fd < 0) {
        const int error = errno;
        send(SIGTERM);
        reap();
        throw Error(Errc::internal, "kahn run cannot be watched: " + std::generic_category().message(error));
    }
    pidfd_.assign(static_cast<int>(fd));
    pidfd_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
        if (!error) ended_(reap());
    });
}

ChildRun::~ChildRun() {
    if (pid_ < 0) return;
    send(SIGTERM);
    reap();
}

void ChildRun::send(int signal) const noexcept {
    if (pid_ > 0) ::kill(pid_, signal);
}

int ChildRun::reap() noexcept {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace kahn::app
