#include <kahn/store/store.hpp>

#include <kahn/base/error.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "store/cancel_request.hpp"
#include "store/origin.hpp"
#include "store/record_json.hpp"
#include "store/recorder.hpp"
#include "store/run_lock.hpp"
#include "store/workspace.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace kahn::store {
namespace {

namespace fs = std::filesystem;

std::int64_t to_ns(SystemTime time) { return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count(); }

std::string upper_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return out;
}

/// The medians of one pipeline's jobs at a time: a run asks for all of them, one after another.
///
/// Does not keep the workspace: a view has these, and the workspace's log may lead to that view.
class Medians {
public:
    explicit Medians(const std::shared_ptr<Workspace>& workspace) : workspace_(workspace) {}

    std::optional<graph::UsualDuration> find(std::string_view pipeline, std::string_view stage, std::string_view job) {
        const std::lock_guard lock(mutex_);
        const auto now = std::chrono::steady_clock::now();
        if (pipeline != pipeline_ || now - read_at_ > std::chrono::seconds{1}) read(pipeline);
        read_at_ = now;
        const auto found = medians_.find(key(stage, job));
        if (found == medians_.end()) return std::nullopt;
        return found->second;
    }

private:
    static std::string key(std::string_view stage, std::string_view job) {
        std::string both(stage);
        both += '\0';
        both += job;
        return both;
    }

    void read(std::string_view pipeline) {
        constexpr std::size_t most_runs = 20;
        constexpr std::size_t enough_samples = 5000;  // of a pipeline with very many jobs a few runs must do: a run is waiting
        pipeline_ = pipeline;
        medians_.clear();
        const auto workspace = workspace_.lock();
        if (!workspace) return;
        std::unordered_map<std::string, std::vector<std::chrono::nanoseconds>> known;
        std::string both;
        const auto note = [&](std::string_view stage, std::string_view job, std::chrono::nanoseconds duration) {
            both.assign(stage) += '\0';
            both += job;
            known[both].push_back(duration);
        };
        try {
            workspace->ask([&](Index& index) { index.successes(pipeline, most_runs, enough_samples, note); });
        } catch (const Error& failure) {
            workspace->logger().warning(std::string("past durations are not known: ") + failure.what());
        }
        for (auto& [name, durations] : known) {
            const auto middle = durations.begin() + static_cast<std::ptrdiff_t>(durations.size() / 2);
            std::nth_element(durations.begin(), middle, durations.end());
            auto median = *middle;
            if (durations.size() % 2 == 0) median = (median + *std::max_element(durations.begin(), middle)) / 2;
            medians_.emplace(name, graph::UsualDuration(median, durations.size()));
        }
    }

    std::weak_ptr<Workspace> workspace_;
    std::mutex mutex_;
    std::string pipeline_;
    std::chrono::steady_clock::time_point read_at_;
    std::unordered_map<std::string, graph::UsualDuration> medians_;
};

}  // namespace

struct Store::Impl {
    Impl(const fs::path& path, StoreOptions options) : workspace(std::make_shared<Workspace>(path, std::move(options))) {}

    /// Logs what is thrown, as every error that leaves the library.
    template <class Work>
    auto logged(Work work) const -> decltype(work()) {
        try {
            return work();
        } catch (const Error& failure) {
            workspace->logger().error(failure.what());
            throw;
        }
    }

    std::string resolve(std::string_view prefix) const {
        std::vector<std::string> found;
        if (!prefix.empty()) {
            workspace->ask([&](Index& index) {
                found = index.with_prefix(std::string(prefix));
                if (found.empty()) found = index.with_prefix(upper_case(prefix));
                if (found.empty()) found = index.of_trace(std::string(prefix));
            });
        }
        if (found.size() == 1 || (!found.empty() && found.front() == prefix)) return found.front();
        if (found.empty()) {
            const bool may_be_one = !prefix.empty() && prefix.find('/') == std::string_view::npos;
            // The index may have missed it: a directory is the truth.
            if (may_be_one && workspace->folder().has(Workspace::run_path(prefix) / "run.json")) return std::string(prefix);
            throw Error(Errc::unknown_run, "no run '" + printable(prefix) + "' in " + workspace->folder().path().string());
        }
        const bool are_more = found.size() > 5;
        if (are_more) found.resize(5);
        throw Error(Errc::unknown_run, "'" + printable(prefix) + "' stands for several runs: " + join(found, ", ") + (are_more ? ", ..." : ""));
    }

    std::shared_ptr<Workspace> workspace;
    std::mutex mutex;
    std::map<std::string, RunLock, std::less<>> by_hand;  // runs that were put and have not ended
};

Store::Store(fs::path workspace, StoreOptions options) {
    const Logger logger(options.log_sink, options.log_level);
    try {
        impl_ = std::make_shared<Impl>(workspace, std::move(options));
    } catch (const Error& failure) {
        logger.error(failure.what());
        throw;
    }
}

Store::~Store() = default;

bool Store::is_there(const fs::path& workspace) {
    std::error_code ignored;
    return fs::is_directory(absolute_directory(workspace) / ".kahn" / "runs", ignored);
}

std::shared_ptr<Observer> Store::recorder(RunOrigin origin, std::function<void(std::string)> cancel) {
    return std::make_shared<Recorder>(impl_->workspace, std::move(origin), std::move(cancel));
}

void Store::request_cancel(std::string_view id_or_prefix, std::string_view why) {
    impl_->logged([&] {
        const std::string id = impl_->resolve(id_or_prefix);
        if (!is_live(id)) throw Error(Errc::invalid_argument, "run " + id + " is not going on");
        const RunOrigin self = complete_origin(RunOrigin(), Pipeline());
        std::string who = self.user + "@" + self.host + " (process " + std::to_string(self.pid) + ")";
        if (!why.empty()) who.append(": ").append(why);
        leave_cancel_request(impl_->workspace->folder().enter(Workspace::run_path(id)), id, who);
    });
}

bool Store::is_live(std::string_view run_id) const {
    return impl_->logged([&] {
        require_run_id(run_id);
        return RunLock::is_held(impl_->workspace->folder(), std::string(run_id));
    });
}

void Store::put(const RunRecord& record) {
    impl_->logged([&] {
        const std::string& id = record.pipeline.run_id;
        const Folder& folder = impl_->workspace->folder();
        require_run_id(id);
        folder.make_directory(Workspace::run_path(id));
        const Folder run = folder.enter(Workspace::run_path(id));
        const std::lock_guard guard(impl_->mutex);
        if (!impl_->by_hand.contains(id)) {
            auto lock = RunLock::take(run);
            if (!lock) throw Error(Errc::invalid_argument, "run " + id + " is being recorded by a living engine");
            impl_->by_hand.emplace(id, std::move(*lock));
        }
        impl_->workspace->open_runs().add(id);
        run.write_atomically("run.json", to_json(record, run.path()));
        run.remove_file("events.ndjson");
        if (is_end(record.pipeline.status) || record.is_interrupted) {
            impl_->workspace->note_end(record, true);
            impl_->by_hand.erase(id);  // released last: until then nobody else takes it for one whose engine is gone
        } else {
            impl_->workspace->note_progress(record);
        }
    });
}

std::string Store::resolve(std::string_view prefix) const {
    return impl_->logged([&] { return impl_->resolve(prefix); });
}

RunRecord Store::load(std::string_view id_or_prefix) const {
    return impl_->logged([&] { return impl_->workspace->load(impl_->resolve(id_or_prefix)); });
}

fs::path Store::directory(std::string_view run_id) const { return impl_->workspace->folder().path() / Workspace::run_path(run_id); }

std::vector<RunSummary> Store::runs(const RunQuery& query) const {
    return impl_->logged([&] {
        return impl_->workspace->ask([&](Index& index) { return index.runs(query); });
    });
}

std::size_t Store::count(const RunQuery& query) const {
    return impl_->logged([&] {
        return impl_->workspace->ask([&](Index& index) { return index.count(query); });
    });
}

std::vector<JobSample> Store::job_history(std::string_view pipeline, std::string_view stage, std::string_view job, std::size_t runs) const {
    return impl_->logged([&] {
        return impl_->workspace->ask([&](Index& index) { return index.job_history(pipeline, stage, job, runs); });
    });
}

PeriodTotals Store::totals(SystemTime since, SystemTime until) const {
    return impl_->logged([&] {
        return impl_->workspace->ask([&](Index& index) { return index.totals(to_ns(since), to_ns(until)); });
    });
}

std::vector<std::string> Store::pipelines() const {
    return impl_->logged([&] { return impl_->workspace->ask([](Index& index) { return index.pipelines(); }); });
}

PastDurations Store::past_durations() const {
    const auto medians = std::make_shared<Medians>(impl_->workspace);
    return [medians, kept = impl_->workspace](std::string_view pipeline, std::string_view stage, std::string_view job) -> std::optional<std::chrono::nanoseconds> {
        const auto usual = medians->find(pipeline, stage, job);
        if (!usual) return std::nullopt;
        return usual->median;
    };
}

graph::UsualDurations Store::usual_durations(std::string_view pipeline) const {
    const auto medians = std::make_shared<Medians>(impl_->workspace);
    return [medians, name = std::string(pipeline)](std::string_view stage, std::string_view job) { return medians->find(name, stage, job); };
}

Store::Reindexed Store::reindex() {
    return impl_->logged([&] { return impl_->workspace->reindex(); });
}

std::size_t Store::prune() {
    return impl_->logged([&] {
        impl_->workspace->ask([](Index&) {});
        return impl_->workspace->prune();
    });
}

}  // namespace kahn::store
