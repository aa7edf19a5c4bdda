#include "store/live_run.hpp"

#include <kahn/base/error.hpp>

#include "store/cancel_request.hpp"
#include "store/event_lines.hpp"
#include "store/record_json.hpp"
#include "store/workspace.hpp"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace kahn::store {
namespace {

constexpr const char* record_name = "run.json";
constexpr const char* events_name = "events.ndjson";
constexpr std::size_t much = 64 * 1024;

Folder make_run_folder(const Folder& store, const std::string& id) {
    require_run_id(id);
    store.make_directory(Workspace::run_path(id));
    return store.enter(Workspace::run_path(id));
}

RunLock take_or_refuse(const Folder& run, const std::string& id) {
    auto lock = RunLock::take(run);
    if (lock) return std::move(*lock);
    std::string holder = "another engine";
    try {
        if (const auto text = run.read(record_name)) {
            const RunOrigin origin = record_from_json(*text, run.path()).origin;
            holder = "process " + std::to_string(origin.pid) + " of " + origin.user + " on " + origin.host;
        }
    } catch (const Error&) {
        // Then it is not known who.
    }
    throw Error(Errc::workspace_unusable, "run " + id + " is held by " + holder);
}

}  // namespace

LiveRun::LiveRun(const Folder& store, const Pipeline& run, RunRecord about, std::function<void(std::string)> cancel)
    : folder_(make_run_folder(store, run.run_id)),
      lock_(take_or_refuse(folder_, run.run_id)),
      id_(run.run_id),
      about_(std::move(about)),
      journal_(folder_.open(events_name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND)),
      cancel_(std::move(cancel)) {
    folder_.remove_file("cancel.json");
    OpenRuns(store).add(id_);
    folder_.replace(record_name, to_json(about_, run, folder_.path()));
}

int LiveRun::add(const Event& event, Keep keep) {
    const int before = journal_.error();
    append_line(journal_.pending(), event, folder_.path());
    if (keep == Keep::on_disk) {
        journal_.force();
    } else if (keep == Keep::written || journal_.pending().size() > much) {
        journal_.write();
    }
    return before == 0 ? journal_.error() : 0;
}

void LiveRun::finish(const Pipeline& run, std::vector<std::string> critical_path) {
    about_.critical_path = std::move(critical_path);
    journal_.write();  // the disk need not have it: all that it says is in the record
    folder_.write_atomically(record_name, to_json(about_, run, folder_.path()));
    folder_.remove_leftovers(".");
}

void LiveRun::do_now() noexcept {
    // While the disk takes a page nobody can append to it: as long as lines come thick and fast they are gathered for longer.
    constexpr int longest_gathering = 10;
    const std::uint64_t written = journal_.writes();
    const bool is_busy = written != seen_writes_;
    seen_writes_ = written;
    if (!is_busy || ++gathered_ >= longest_gathering) {
        gathered_ = 0;
        journal_.sync();
    }
    try {
        hear_cancel();
    } catch (const std::exception&) {
        // No memory: it is looked for again.
    }
}

void LiveRun::hear_cancel() {
    if (!cancel_) return;
    auto who = take_cancel_request(folder_, id_);
    if (who) cancel_(std::move(*who));
}

}  // namespace kahn::store
