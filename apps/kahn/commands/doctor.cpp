#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "store_access.hpp"

#include <kahn/manager/pipeline_manager.hpp>
#include <kahn/version.hpp>

#include "base/text.hpp"
#include "process/guard_path.hpp"

#include <boost/version.hpp>

#include <CLI/CLI.hpp>

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace kahn::app {
namespace {

std::string limit_text(rlim_t value) { return value == RLIM_INFINITY ? "unlimited" : std::to_string(value); }

std::string limits_of(int resource) {
    rlimit limits{};
    if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limits) != 0) return "unknown";
    return limit_text(limits.rlim_cur) + " (at most " + limit_text(limits.rlim_max) + ')';
}

std::string system_name() {
    utsname name{};
    if (::uname(&name) != 0) return "unknown";
    return std::string(name.sysname) + ' ' + name.release + ' ' + name.machine;
}

std::string boost_version() {
    return std::to_string(BOOST_VERSION / 100000) + '.' + std::to_string(BOOST_VERSION / 100 % 1000) + '.' +
           std::to_string(BOOST_VERSION % 100);
}

#ifdef __clang__
constexpr const char* compiler = "clang " __clang_version__;
#else
constexpr const char* compiler = "g++ " __VERSION__;
#endif

std::string row(std::string head, const std::string& text) {
    head.resize(14, ' ');
    return head + printable(text) + '\n';
}

std::string meaning(Containment containment) {
    switch (containment) {
        case Containment::cgroup2: return "cgroup2: a control group for each attempt, nothing escapes";
        case Containment::subreaper: return "subreaper: a shim for each attempt adopts every orphan";
        case Containment::session: return "session: ended by process group, a daemon can escape";
        case Containment::none: break;
    }
    return std::string(to_string(containment));
}

int doctor(const std::string& workspace, Console& console) {
    Options options;
    options.workspace_dir = workspace;
    options.engine.process.spawner_threads = 0;
    const PipelineManager manager(std::move(options));
    const ContainmentReport report = manager.containment();

    std::string text = row("kahn", std::string(KAHN_VERSION) + ", " + compiler + ", Boost " + boost_version());
    text += row("system", system_name());
    text += row("containment", meaning(report.containment));
    for (const std::string& note : report.notes) text += row("", note);
    std::string guard_note;
    const auto guard = process::find_guard({}, guard_note);
    text += row("guard", guard.empty() ? guard_note : guard.string());
    text += row("cores", std::to_string(std::thread::hardware_concurrency()));
    text += row("open files", limits_of(RLIMIT_NOFILE));
    text += row("processes", limits_of(RLIMIT_NPROC));
    text += row("workspace", workspace + (::access(workspace.c_str(), W_OK) == 0 ? " (writable)" : " (NOT writable)"));
    console.out.write(text);
    return exit_success;
}

}  // namespace

void add_doctor(CLI::App& app, Action& chosen) {
    const auto workspace = std::make_shared<std::optional<std::string>>();
    CLI::App* const command = app.add_subcommand("doctor", "Tell what this machine offers: containment, limits, versions");
    add_workspace_option(*command, *workspace);
    command->footer("The containment is how surely the processes of a job can be ended; the notes say why nothing stronger is there.");
    command->callback([workspace, &chosen] { chosen = [workspace](Console& console) { return doctor(workspace_of(*workspace, console), console); }; });
}

}  // namespace kahn::app
