#include "process/cgroup_tree.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kahn::process {
namespace {

std::string errno_text(int error) { return std::generic_category().message(error); }

class CgroupTree final : public Tree {
public:
    CgroupTree(std::shared_ptr<Cgroup> engine, std::unique_ptr<Cgroup> own)
        : engine_(std::move(engine)), own_(std::move(own)) {}

    bool is_tight() const noexcept override { return true; }

    std::vector<ProcessInfo> processes() override {
        std::vector<ProcessInfo> out;
        for (const pid_t pid : own_->members()) {
            if (std::optional<ProcessInfo> info = process_info(pid)) out.push_back(*std::move(info));
        }
        return out;
    }

    std::optional<std::uint64_t> oom_kills() override { return own_->oom_kills(); }

private:
    LaunchResult enter(LaunchRequest& request, UniqueFd&, UniqueFd&) override {
        request.cgroup = own_->fd();
        return {};
    }
    std::shared_ptr<Command> make_command(std::shared_ptr<ChildProcess> child, UniqueFd) override {
        return std::make_shared<DirectCommand>(std::move(child));
    }
    bool is_empty() override { return are_children_reaped() && !own_->is_populated(); }
    void kill_all() noexcept override { own_->kill(); }
    void freeze() override {
        if (own_->freeze(true) != 0) Tree::freeze();
    }
    void thaw() override {
        own_->freeze(false);
        Tree::thaw();
    }

    const std::shared_ptr<Cgroup> engine_;  // its directory must outlive ours
    const std::unique_ptr<Cgroup> own_;
};

std::string boot_id() {
    const std::string all = read_small_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id");
    return all.substr(0, all.find('-'));
}

bool is_alive(const EngineName& name) {
    const std::optional<ProcessInfo> info = process_info(name.pid);
    return name.boot == boot_id() && info && info->start_time == name.start_time;
}

/// Ends and removes what engines have left that were killed together with their guards. A pid may be that of another
/// namespace, so that the lock has the last word.
void sweep(int parent, const std::filesystem::path& path) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) {
        const std::string text = entry.path().filename().string();
        const std::optional<EngineName> name = EngineName::parse(text);
        if (!name || is_alive(*name)) continue;
        const UniqueFd directory(::openat(parent, text.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (!directory || ::flock(directory.get(), LOCK_EX | LOCK_NB) != 0) continue;
        kill_cgroup(directory.get());
        remove_cgroup(parent, text);  // what is still dying is for the next engine
    }
}

/// Whether a process can be born there at all: the right to make a directory is not the right to put a process into it.
/// One that comes as far as to find no program has been, and is gone already.
std::string try_a_process(Launcher& launcher, Cgroup& cgroup) {
    LaunchRequest request;
    request.program = "/";  // a directory: there is no running it
    request.arguments = {"trial"};
    request.cgroup = cgroup.fd();
    LaunchResult result = launcher.launch(request);
    if (result.stage == LaunchStage::exec) return {};
    return std::string(to_string(result.stage)) + ": " + errno_text(result.error);
}

}  // namespace

std::unique_ptr<CgroupContainers> CgroupContainers::make(Launcher& launcher, std::string& where, std::string& why_not) {
    const CgroupPlace place = find_own_cgroup(read_small_file(AT_FDCWD, "/proc/self/mountinfo"),
                                              read_small_file(AT_FDCWD, "/proc/self/cgroup"));
    why_not = place.why_not;
    if (!why_not.empty()) return nullptr;

    std::unique_ptr<CgroupContainers> out(new CgroupContainers);
    out->parent_.reset(::open(place.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!out->parent_) {
        why_not = place.directory.string() + ": " + errno_text(errno);
        return nullptr;
    }
    sweep(out->parent_.get(), place.directory);

    EngineName name;
    name.pid = ::getpid();
    if (const auto info = process_info(name.pid)) name.start_time = info->start_time;
    name.boot = boot_id();
    int error = EEXIST;
    for (; !out->engine_ && error == EEXIST; ++name.number) {
        out->directory_ = place.directory / name.text();
        out->engine_ = Cgroup::make(out->parent_.get(), name.text(), error);
        if (out->engine_) error = 0;
    }
    if (!out->engine_) {
        why_not = place.directory.string() + ": a directory cannot be made: " + errno_text(error);
        return nullptr;
    }
    ::flock(out->engine_->fd(), LOCK_EX | LOCK_NB);
    if (::faccessat(out->engine_->fd(), "cgroup.kill", W_OK, AT_EACCESS) != 0) {
        why_not = out->directory_.string() + "/cgroup.kill (Linux 5.14): " + errno_text(errno);
        return nullptr;
    }
    const std::unique_ptr<Cgroup> trial = Cgroup::make(out->engine_->fd(), "trial", error);
    why_not = trial ? try_a_process(launcher, *trial) : errno_text(error);
    if (!why_not.empty()) {
        why_not = out->directory_.string() + ": no process can be put there: " + why_not;
        return nullptr;
    }
    where = out->directory_.string();
    return out;
}

CgroupContainers::~CgroupContainers() = default;

std::shared_ptr<Tree> CgroupContainers::make_tree(std::string& why_not) {
    int error = 0;
    const std::string name = "attempt-" + std::to_string(++attempts_);
    std::unique_ptr<Cgroup> own = Cgroup::make(engine_->fd(), name, error);
    if (!own) {
        why_not = "cgroup '" + (directory_ / name).string() + "': " + errno_text(error);
        return nullptr;
    }
    return std::make_shared<CgroupTree>(engine_, std::move(own));
}

std::string CgroupContainers::warning() { return guard_ ? guard_->warning() : std::string(); }

}  // namespace kahn::process
