#include "step_summary.hpp"

#include <kahn/render/step_summary.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <variant>

namespace kahn::app {
namespace {

/// GitHub refuses the whole summary of a step that is larger:
/// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
constexpr std::size_t most_bytes_of_step = std::size_t{1} << 20U;

}  // namespace

void StepSummary::on_event(const Event& event) {
    const auto* const finished = std::get_if<event::RunFinished>(&event.what);
    if (!finished) return;
    const auto fail = [this](int error) {
        complain_("warning: GITHUB_STEP_SUMMARY: " + printable(file_.native()) + ": " + std::generic_category().message(error));
    };
    const UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666));
    struct stat status {};
    if (fd.get() < 0 || ::fstat(fd.get(), &status) != 0) return fail(errno);
    if (!S_ISREG(status.st_mode)) return complain_("warning: GITHUB_STEP_SUMMARY: " + printable(file_.native()) + ": not a regular file");
    const auto there = static_cast<std::size_t>(status.st_size);
    const std::size_t room = most_bytes_of_step - std::min(most_bytes_of_step, there);
    const std::string text = render::github_summary(event.run, finished->critical_path, base_, room);
    if (text.empty()) return complain_("warning: GITHUB_STEP_SUMMARY: this step's summary is full, the run is not in it");
    if (!write_all(fd.get(), text)) fail(errno);
}

}  // namespace kahn::app
