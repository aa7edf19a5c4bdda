#pragma once

#include "store/summary.hpp"

#include <kahn/store/store.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::store {

/// The database is missing, broken, or of a newer kahn: it is to be made anew.
class IndexUnusable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// `kahn.db`: what is asked about runs, answered without reading them. SQLite in WAL mode; one connection, for one thread at a
/// time; other processes may have theirs.
///
/// Its log is left to the next one who opens it, not written back at the end: who records a run does not wait for that.
///
/// Every member throws IndexUnusable for a database that is none, and Error (workspace_unusable) for anything else that SQLite
/// reports: a full disk, somebody who holds it for longer than 10 s.
class Index {
public:
    /// \throws IndexUnusable also for one whose making was not finished
    explicit Index(const std::filesystem::path& file);
    ~Index();

    /// What there is in a file that cannot be written, nor anything beside it.
    static std::unique_ptr<Index> open_to_read(const std::filesystem::path& file);
    /// One that can be changed; nobody else sees that.
    std::unique_ptr<Index> copy_in_memory() const;
    template <class Fill>
    static std::unique_ptr<Index> make_in_memory(Fill fill) {
        auto index = begin_making(":memory:");
        fill(*index);
        index->finish_making();
        return index;
    }
    bool may_be_changed() const noexcept;

    /// Makes one where there is none. What it is filled with is seen together with it, or not at all.
    template <class Fill>
    static void make(const std::filesystem::path& file, Fill fill) {
        const auto index = begin_making(file);
        fill(*index);
        index->finish_making();
    }

    /// Writes down a run, over what was known of it.
    void put(const HistoryEntry& entry);
    /// The same of a run that has ended, and what it takes on the disk.
    struct End {
        std::uint64_t history_begin = 0;  ///< where its line lies in `history.ndjson`
        std::uint64_t history_end = 0;
        std::uint64_t bytes = 0;
        bool is_whole = false;  ///< `run.json` has all of it
    };
    void put_end(const HistoryEntry& entry, const End& end);
    /// A run that has begun, unless more is known of it already.
    void put_if_new(const HistoryEntry& entry);
    /// Writes its log back if that has become long, for the next one to open it reads all of it. Waits for the disk.
    void shorten_log();
    /// How far `history.ndjson` has been taken over.
    std::uint64_t history_known() const;
    void set_history_known(std::uint64_t end);

    bool has(const std::string& id) const;
    /// Whether it is known how the run ended, be it that its engine is gone.
    bool is_settled(const std::string& id) const;
    /// The ids that begin so, at most six.
    std::vector<std::string> with_prefix(const std::string& prefix) const;
    /// The runs of a trace, at most six.
    std::vector<std::string> of_trace(const std::string& trace_id) const;
    std::vector<RunSummary> runs(const RunQuery& query) const;
    std::size_t count(const RunQuery& query) const;
    std::vector<JobSample> job_history(std::string_view pipeline, std::string_view stage, std::string_view job, std::size_t runs) const;
    /// Calls `each` with every success of the last runs of a pipeline, until `enough` of them were told or `runs` runs are through.
    void successes(std::string_view pipeline, std::size_t runs, std::size_t enough,
                   const std::function<void(std::string_view stage, std::string_view job, std::chrono::nanoseconds duration)>& each) const;
    PeriodTotals totals(std::int64_t since_ns, std::int64_t until_ns) const;
    std::vector<std::string> pipelines() const;
    /// Not ended, and not known to be interrupted.
    std::vector<std::string> unsettled() const;

    struct Kept {
        std::string id;
        std::optional<SystemTime> start_time;
        std::uint64_t bytes = 0;
        bool is_whole = false;
    };
    /// Runs that may still have logs and artifacts, newest first; those that go on left out.
    std::vector<Kept> kept() const;
    void set_bytes(const std::string& id, std::uint64_t bytes);
    void set_trimmed(const std::string& id);
    void set_interrupted(const std::string& id);

    struct Impl;

private:
    explicit Index(std::unique_ptr<Impl> impl);
    static std::unique_ptr<Index> begin_making(const std::filesystem::path& file);
    void finish_making();

    std::unique_ptr<Impl> impl_;
};

}  // namespace kahn::store
