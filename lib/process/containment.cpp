#include "process/containment.hpp"

#include "process/cgroup_tree.hpp"
#include "process/guard_client.hpp"
#include "process/guard_path.hpp"
#include "process/session_tree.hpp"
#include "process/subreaper_tree.hpp"

#include <kahn/base/error.hpp>

#include <utility>

namespace kahn::process {
namespace {

std::shared_ptr<GuardClient> start_guard(Launcher& launcher, const std::filesystem::path& guard, const std::string& cgroup,
                                         ContainmentReport& report) {
    std::string note;
    auto client = GuardClient::start(launcher, guard, cgroup, note);
    if (!note.empty()) report.notes.push_back(note);
    return client;
}

std::unique_ptr<Containers> try_cgroup2(Launcher& launcher, const std::filesystem::path& guard, ContainmentReport& report) {
    std::string where;
    std::string why_not;
    std::unique_ptr<CgroupContainers> out = CgroupContainers::make(launcher, where, why_not);
    report.notes.push_back("cgroup2: " + (out ? where + " is ours" : why_not));
    if (out) out->set_guard(start_guard(launcher, guard, where, report));
    return out;
}

std::unique_ptr<Containers> try_subreaper(const std::filesystem::path& guard, ContainmentReport& report) {
    if (guard.empty()) {
        report.notes.emplace_back("subreaper: it takes kahn-guard");
        return nullptr;
    }
    report.notes.push_back("subreaper: a shim of " + guard.string() + " above each command");
    return std::make_unique<SubreaperContainers>(guard);
}

std::unique_ptr<Containers> use_session(Launcher& launcher, const std::filesystem::path& guard, ContainmentReport& report) {
    report.notes.emplace_back("session: processes are found by their session; a daemon that makes one of its own escapes");
    return std::make_unique<SessionContainers>(start_guard(launcher, guard, {}, report));
}

}  // namespace

std::unique_ptr<Containers> find_containment(const ProcessOptions& options, const std::shared_ptr<Launcher>& launcher,
                                             const Logger& logger, ContainmentReport& report) {
    std::string guard_note;
    const std::filesystem::path guard = find_guard(options.guard, guard_note);
    if (!guard_note.empty()) report.notes.push_back(guard_note);

    const Containment strongest = options.strongest_containment;
    const Containment required = options.require_containment.value_or(Containment::none);
    const Containment weakest = required == Containment::none ? Containment::session : required;
    const auto may_be = [&](Containment rung) { return strongest <= rung && rung <= weakest; };
    std::unique_ptr<Containers> found;
    if (may_be(Containment::cgroup2)) found = try_cgroup2(*launcher, guard, report);
    if (!found && may_be(Containment::subreaper)) found = try_subreaper(guard, report);
    if (!found && may_be(Containment::session)) found = use_session(*launcher, guard, report);
    if (!found) {
        std::string text = "containment " + std::string(to_string(weakest)) + " is not available";
        for (const std::string& line : report.notes) text += "; " + line;
        logger.raise(Error(Errc::containment_unavailable, text));
    }
    report.containment = found->containment();
    return found;
}

}  // namespace kahn::process
