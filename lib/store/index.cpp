#include "store/index.hpp"

#include <kahn/base/error.hpp>

#include "store/index_schema.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace kahn::store {
namespace {

constexpr int patience_ms = 10'000;
constexpr std::uintmax_t long_log_bytes = 512 * 1024;

constexpr std::int64_t day_ns = 86'400'000'000'000;

std::int64_t to_ns(SystemTime time) { return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count(); }
SystemTime from_ns(std::int64_t ns) { return SystemTime{std::chrono::duration_cast<SystemTime::duration>(std::chrono::nanoseconds{ns})}; }

[[noreturn]] void translate(const SQLite::Exception& failure) {
    const int code = failure.getErrorCode() & 0xff;
    const std::string text = failure.what();
    // SQLITE_ERROR: no such table or column, that is, somebody else's schema.
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR) throw IndexUnusable(text);
    throw Error(Errc::workspace_unusable, "the index of the runs (kahn.db): " + text);
}

template <class Work>
auto translating(Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const SQLite::Exception& failure) {
        translate(failure);
    }
}

constexpr const char* summary_columns =
    "id, pipeline, status, reason, detail, start_ns, end_ns, duration_ns, parent, jobs, passed, failed, skipped, cancelled, interrupted, "
    "executed, executed_passed, trace";

Reason reason_from(const std::string& word, std::string detail) {
    for (int code = 0; code <= static_cast<int>(Reason::Code::internal); ++code) {
        if (to_string(static_cast<Reason::Code>(code)) == word) return {static_cast<Reason::Code>(code), std::move(detail)};
    }
    return {};
}

std::size_t size_of(const SQLite::Column& column) { return static_cast<std::size_t>(column.getInt64()); }

RunSummary summary_from(SQLite::Statement& row) {
    RunSummary summary;
    summary.id = row.getColumn(0).getString();
    summary.pipeline = row.getColumn(1).getString();
    summary.status = parse_status(row.getColumn(2).getString()).value_or(PipelineStatus::pending);
    summary.reason = reason_from(row.getColumn(3).getString(), row.getColumn(4).getString());
    if (const auto start = row.getColumn(5).getInt64(); start != 0) summary.start_time = from_ns(start);
    if (!row.getColumn(6).isNull()) summary.end_time = from_ns(row.getColumn(6).getInt64());
    summary.duration = std::chrono::nanoseconds{row.getColumn(7).getInt64()};
    summary.parent = row.getColumn(8).getString();
    summary.jobs = size_of(row.getColumn(9));
    summary.jobs_passed = size_of(row.getColumn(10));
    summary.jobs_failed = size_of(row.getColumn(11));
    summary.jobs_skipped = size_of(row.getColumn(12));
    summary.jobs_cancelled = size_of(row.getColumn(13));
    summary.is_interrupted = row.getColumn(14).getInt() != 0;
    summary.jobs_executed = size_of(row.getColumn(15));
    summary.jobs_executed_passed = size_of(row.getColumn(16));
    summary.trace_id = row.getColumn(17).getString();
    return summary;
}

/// ` WHERE ...`, or nothing.
std::string condition_of(const RunQuery& query) {
    std::string where;
    const auto add = [&where](const char* condition) { where += std::string(where.empty() ? " WHERE " : " AND ") + condition; };
    if (!query.pipeline.empty()) add("pipeline=:pipeline");
    if (query.status) add("status=:status");
    if (query.since) add("start_ns>=:since");
    if (query.until) add("start_ns<:until");
    return where;
}

void bind_condition(SQLite::Statement& statement, const RunQuery& query) {
    if (!query.pipeline.empty()) statement.bind(":pipeline", query.pipeline);
    if (query.status) statement.bind(":status", std::string(to_string(*query.status)));
    if (query.since) statement.bind(":since", to_ns(*query.since));
    if (query.until) statement.bind(":until", to_ns(*query.until));
}

std::int64_t limit_of(std::size_t limit) {
    return limit == 0 ? -1 : static_cast<std::int64_t>(std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
}

/// As a part of SQLite's file: URIs.
std::string as_uri_path(const std::filesystem::path& file) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : file.native()) {
        if (c != '%' && c != '?' && c != '#') {
            out += c;
            continue;
        }
        out += '%';
        out += digits[static_cast<unsigned char>(c) >> 4U];
        out += digits[static_cast<unsigned char>(c) & 15U];
    }
    return out;
}

}  // namespace

struct Index::Impl {
    Impl(const std::string& file, int flags) : db(file, flags, patience_ms), may_be_changed((flags & SQLite::OPEN_READWRITE) != 0) {
        if (!may_be_changed) return;
        db.exec("PRAGMA journal_mode=WAL");
        db.exec("PRAGMA synchronous=NORMAL");
        db.exec("PRAGMA foreign_keys=ON");
        db.exec("PRAGMA journal_size_limit=" + std::to_string(long_log_bytes));
        int is_set = 0;
        sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &is_set);
    }

    int version() { return db.execAndGet("PRAGMA user_version").getInt(); }

    /// Two processes may come upon an old one at once: what is to be done is looked at under the lock.
    void migrate() {
        SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
        for (int from = version(); from < index_version; ++from) db.exec(index_migrations[static_cast<std::size_t>(from)]);
        db.exec("PRAGMA user_version = " + std::to_string(index_version));
        transaction.commit();
    }

    void put(const HistoryEntry& entry) {
        const RunSummary& summary = entry.summary;
        if (!put_run) {
            put_run = std::make_unique<SQLite::Statement>(db, R"(
INSERT INTO runs(id, pipeline, status, reason, detail, start_ns, end_ns, duration_ns, parent, jobs, passed, failed, skipped, cancelled,
                 executed, executed_passed, interrupted, trace)
VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT(id) DO UPDATE SET pipeline=excluded.pipeline, status=excluded.status, reason=excluded.reason, detail=excluded.detail,
  start_ns=excluded.start_ns, end_ns=excluded.end_ns, duration_ns=excluded.duration_ns, parent=excluded.parent, jobs=excluded.jobs,
  passed=excluded.passed, failed=excluded.failed, skipped=excluded.skipped, cancelled=excluded.cancelled, executed=excluded.executed,
  executed_passed=excluded.executed_passed, interrupted=excluded.interrupted, trace=excluded.trace, whole=0
RETURNING n)");
            forget_jobs = std::make_unique<SQLite::Statement>(db, "DELETE FROM jobs WHERE run=?");
            put_job = std::make_unique<SQLite::Statement>(db, "INSERT INTO jobs VALUES(?,?,?,?,?,?,?,?,?)");
        }
        int at = 0;
        put_run->reset();
        put_run->bind(++at, summary.id);
        put_run->bind(++at, summary.pipeline);
        put_run->bind(++at, std::string(to_string(summary.status)));
        put_run->bind(++at, summary.reason ? std::string(to_string(summary.reason.code())) : std::string());
        put_run->bind(++at, summary.reason.detail());
        put_run->bind(++at, summary.start_time ? to_ns(*summary.start_time) : std::int64_t{0});
        if (summary.end_time) {
            put_run->bind(++at, to_ns(*summary.end_time));
        } else {
            put_run->bind(++at);
        }
        put_run->bind(++at, static_cast<std::int64_t>(summary.duration.count()));
        put_run->bind(++at, summary.parent);
        for (const std::size_t count : {summary.jobs, summary.jobs_passed, summary.jobs_failed, summary.jobs_skipped,
                                        summary.jobs_cancelled, entry.executed, entry.executed_passed}) {
            put_run->bind(++at, static_cast<std::int64_t>(count));
        }
        put_run->bind(++at, summary.is_interrupted ? 1 : 0);
        put_run->bind(++at, summary.trace_id);
        put_run->executeStep();
        const std::int64_t n = put_run->getColumn(0).getInt64();
        put_run->reset();

        forget_jobs->reset();
        forget_jobs->bind(1, n);
        forget_jobs->exec();
        std::int64_t place = 0;
        for (const JobSample& sample : entry.samples) {
            put_job->reset();
            put_job->bind(1, n);
            put_job->bind(2, place++);
            put_job->bindNoCopy(3, sample.stage);
            put_job->bindNoCopy(4, sample.job);
            const std::string status(to_string(sample.status));
            put_job->bindNoCopy(5, status);
            if (sample.start_time) {
                put_job->bind(6, to_ns(*sample.start_time));
            } else {
                put_job->bind(6);
            }
            put_job->bind(7, static_cast<std::int64_t>(sample.duration.count()));
            put_job->bind(8, static_cast<std::int64_t>(sample.queued.count()));
            put_job->bind(9, sample.attempts);
            put_job->exec();
        }
        put_job->reset();
    }

    /// \throws IndexUnusable for what cannot be brought up to this version
    void bring_up_to_date() {
        const int its = version();
        if (its < 1 || its > index_version) throw IndexUnusable("it has version " + std::to_string(its));
        if (its < index_version) migrate();
    }

    SQLite::Database db;
    bool may_be_changed;
    std::unique_ptr<SQLite::Transaction> making;
    std::unique_ptr<SQLite::Statement> put_run;
    std::unique_ptr<SQLite::Statement> forget_jobs;
    std::unique_ptr<SQLite::Statement> put_job;
};

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Index::Index(const std::filesystem::path& file) {
    translating([&] {
        try {
            impl_ = std::make_unique<Impl>(file.string(), SQLite::OPEN_READWRITE);
        } catch (const SQLite::Exception& failure) {
            std::error_code ignored;
            if ((failure.getErrorCode() & 0xff) == SQLITE_CANTOPEN && !std::filesystem::exists(file, ignored)) throw IndexUnusable(failure.what());
            throw;
        }
        impl_->bring_up_to_date();
    });
}

Index::~Index() = default;

std::unique_ptr<Index> Index::open_to_read(const std::filesystem::path& file) {
    return translating([&] {
        std::unique_ptr<Index> index;
        try {
            index.reset(new Index(std::make_unique<Impl>(file.string(), SQLite::OPEN_READONLY)));
            index->impl_->version();
        } catch (const SQLite::Exception&) {
            // Without a log, or with an empty one, the file alone is all there is, and nobody can change it.
            std::error_code error;
            const auto log_bytes = std::filesystem::file_size(file.string() + "-wal", error);
            if (!error && log_bytes > 0) throw IndexUnusable("its log cannot be read");
            index.reset(new Index(std::make_unique<Impl>("file:" + as_uri_path(file) + "?immutable=1", SQLite::OPEN_READONLY | SQLite::OPEN_URI)));
        }
        if (index->impl_->version() == index_version) return index;
        auto copy = index->copy_in_memory();
        copy->impl_->bring_up_to_date();
        return copy;
    });
}

std::unique_ptr<Index> Index::copy_in_memory() const {
    return translating([&] {
        auto impl = std::make_unique<Impl>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        SQLite::Backup(impl->db, impl_->db).executeStep();
        return std::unique_ptr<Index>(new Index(std::move(impl)));
    });
}

bool Index::may_be_changed() const noexcept { return impl_->may_be_changed; }

std::unique_ptr<Index> Index::begin_making(const std::filesystem::path& file) {
    return translating([&] {
        auto impl = std::make_unique<Impl>(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        impl->making = std::make_unique<SQLite::Transaction>(impl->db, SQLite::TransactionBehavior::IMMEDIATE);
        for (const char* step : index_migrations) impl->db.exec(step);
        return std::unique_ptr<Index>(new Index(std::move(impl)));
    });
}

void Index::finish_making() {
    translating([&] {
        impl_->db.exec("PRAGMA user_version = " + std::to_string(index_version));
        impl_->making->commit();
        impl_->making.reset();
    });
}

void Index::put(const HistoryEntry& entry) {
    translating([&] {
        if (impl_->making) return impl_->put(entry);
        SQLite::Transaction transaction(impl_->db, SQLite::TransactionBehavior::IMMEDIATE);
        impl_->put(entry);
        transaction.commit();
    });
}

void Index::put_end(const HistoryEntry& entry, const End& end) {
    translating([&] {
        SQLite::Transaction transaction(impl_->db, SQLite::TransactionBehavior::IMMEDIATE);
        impl_->put(entry);
        // Only if nothing that is not known yet lies before it.
        SQLite::Statement advance(impl_->db, "UPDATE meta SET history_known=? WHERE history_known=?");
        advance.bind(1, static_cast<std::int64_t>(end.history_end));
        advance.bind(2, static_cast<std::int64_t>(end.history_begin));
        advance.exec();
        SQLite::Statement set(impl_->db, "UPDATE runs SET bytes=?, whole=? WHERE id=?");
        set.bind(1, static_cast<std::int64_t>(end.bytes));
        set.bind(2, end.is_whole ? 1 : 0);
        set.bind(3, entry.summary.id);
        set.exec();
        transaction.commit();
    });
}

void Index::put_if_new(const HistoryEntry& entry) {
    translating([&] {
        SQLite::Transaction transaction(impl_->db, SQLite::TransactionBehavior::IMMEDIATE);
        if (has(entry.summary.id)) return;
        impl_->put(entry);
        transaction.commit();
    });
}

void Index::shorten_log() {
    translating([&] {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(impl_->db.getFilename() + "-wal", error);
        if (!error && bytes > long_log_bytes) impl_->db.exec("PRAGMA wal_checkpoint(PASSIVE)");
    });
}

std::uint64_t Index::history_known() const {
    return translating([&] { return static_cast<std::uint64_t>(impl_->db.execAndGet("SELECT history_known FROM meta").getInt64()); });
}

void Index::set_history_known(std::uint64_t end) {
    translating([&] {
        SQLite::Statement set(impl_->db, "UPDATE meta SET history_known=?");
        set.bind(1, static_cast<std::int64_t>(end));
        set.exec();
    });
}

bool Index::has(const std::string& id) const {
    return translating([&] {
        SQLite::Statement find(impl_->db, "SELECT 1 FROM runs WHERE id=?");
        find.bind(1, id);
        return find.executeStep();
    });
}

bool Index::is_settled(const std::string& id) const {
    return translating([&] {
        SQLite::Statement find(impl_->db, "SELECT 1 FROM runs WHERE id=? AND (status NOT IN ('running','pending') OR interrupted=1)");
        find.bind(1, id);
        return find.executeStep();
    });
}

std::vector<std::string> Index::with_prefix(const std::string& prefix) const {
    return translating([&] {
        std::vector<std::string> ids;
        SQLite::Statement find(impl_->db, "SELECT id FROM runs WHERE id >= ?1 AND id < ?1 || char(1114111) ORDER BY id LIMIT 6");
        find.bind(1, prefix);
        while (find.executeStep()) ids.push_back(find.getColumn(0).getString());
        return ids;
    });
}

std::vector<std::string> Index::of_trace(const std::string& trace_id) const {
    return translating([&] {
        std::vector<std::string> ids;
        if (trace_id.empty()) return ids;
        SQLite::Statement find(impl_->db, "SELECT id FROM runs WHERE trace=? AND trace <> '' ORDER BY id LIMIT 6");
        find.bind(1, trace_id);
        while (find.executeStep()) ids.push_back(find.getColumn(0).getString());
        return ids;
    });
}

std::vector<RunSummary> Index::runs(const RunQuery& query) const {
    return translating([&] {
        std::string sql = std::string("SELECT ") + summary_columns + " FROM runs" + condition_of(query);
        sql += query.is_oldest_first ? " ORDER BY start_ns, id" : " ORDER BY start_ns DESC, id DESC";
        sql += " LIMIT :limit OFFSET :offset";
        SQLite::Statement find(impl_->db, sql);
        bind_condition(find, query);
        find.bind(":limit", limit_of(query.limit));
        find.bind(":offset", static_cast<std::int64_t>(query.offset));
        std::vector<RunSummary> found;
        while (find.executeStep()) found.push_back(summary_from(find));
        return found;
    });
}

std::size_t Index::count(const RunQuery& query) const {
    return translating([&] {
        SQLite::Statement count(impl_->db, "SELECT count(*) FROM runs" + condition_of(query));
        bind_condition(count, query);
        count.executeStep();
        return size_of(count.getColumn(0));
    });
}

std::vector<JobSample> Index::job_history(std::string_view pipeline, std::string_view stage, std::string_view job, std::size_t runs) const {
    return translating([&] {
        std::string sql =
            "WITH last AS (SELECT n, id, start_ns FROM runs WHERE pipeline=:pipeline ORDER BY start_ns DESC, id DESC LIMIT :runs) "
            "SELECT last.id, stage, job, status, jobs.start_ns, duration_ns, queued_ns, attempts "
            "FROM last CROSS JOIN jobs ON jobs.run = last.n";
        if (!stage.empty()) sql += " AND stage=:stage";
        if (!job.empty()) sql += " AND job=:job";
        sql += " ORDER BY last.start_ns DESC, last.id DESC, place";
        SQLite::Statement find(impl_->db, sql);
        find.bind(":pipeline", std::string(pipeline));
        find.bind(":runs", limit_of(runs));
        if (!stage.empty()) find.bind(":stage", std::string(stage));
        if (!job.empty()) find.bind(":job", std::string(job));
        std::vector<JobSample> samples;
        while (find.executeStep()) {
            JobSample sample;
            sample.run = find.getColumn(0).getString();
            sample.stage = find.getColumn(1).getString();
            sample.job = find.getColumn(2).getString();
            sample.status = parse_status(find.getColumn(3).getString()).value_or(PipelineStatus::pending);
            if (!find.getColumn(4).isNull()) sample.start_time = from_ns(find.getColumn(4).getInt64());
            sample.duration = std::chrono::nanoseconds{find.getColumn(5).getInt64()};
            sample.queued = std::chrono::nanoseconds{find.getColumn(6).getInt64()};
            sample.attempts = find.getColumn(7).getInt();
            samples.push_back(std::move(sample));
        }
        return samples;
    });
}

void Index::successes(std::string_view pipeline, std::size_t runs, std::size_t enough,
                      const std::function<void(std::string_view stage, std::string_view job, std::chrono::nanoseconds duration)>& each) const {
    translating([&] {
        SQLite::Statement newest(impl_->db, "SELECT n FROM runs WHERE pipeline=? ORDER BY start_ns DESC, id DESC LIMIT ?");
        newest.bind(1, std::string(pipeline));
        newest.bind(2, limit_of(runs));
        SQLite::Statement find(impl_->db, "SELECT stage, job, duration_ns FROM jobs WHERE run=? AND status='success'");
        std::size_t told = 0;
        while (told < enough && newest.executeStep()) {
            find.reset();
            find.bind(1, newest.getColumn(0).getInt64());
            for (; find.executeStep(); ++told) each(find.getColumn(0).getText(), find.getColumn(1).getText(), std::chrono::nanoseconds{find.getColumn(2).getInt64()});
        }
    });
}

PeriodTotals Index::totals(std::int64_t since_ns, std::int64_t until_ns) const {
    return translating([&] {
        PeriodTotals totals;
        if (since_ns >= until_ns) return totals;
        // Whole days from their sums, what lies before the first and after the last of them run by run.
        const std::int64_t first_day = std::max<std::int64_t>(since_ns > 0 ? (since_ns - 1) / day_ns + 1 : 0, 0);
        const std::int64_t end_day = std::max(until_ns > 0 ? until_ns / day_ns : 0, first_day);
        const bool has_days = end_day > first_day && since_ns >= 0;
        SQLite::Statement sum(impl_->db, R"(
SELECT pipeline, status, sum(runs), sum(duration_ns), sum(executed), sum(executed_passed) FROM (
  SELECT pipeline, status, runs, duration_ns, executed, executed_passed FROM sums WHERE day >= :first AND day < :end
  UNION ALL
  SELECT pipeline, status, 1, duration_ns, executed, executed_passed FROM runs INDEXED BY runs_sums
  WHERE start_ns >= :since AND start_ns < :before AND status IN ('success','failure','cancelled')
  UNION ALL
  SELECT pipeline, status, 1, duration_ns, executed, executed_passed FROM runs INDEXED BY runs_sums
  WHERE start_ns >= :after AND start_ns < :until AND status IN ('success','failure','cancelled')
) GROUP BY pipeline, status HAVING sum(runs) > 0 ORDER BY pipeline)");
        sum.bind(":first", has_days ? first_day : std::int64_t{0});
        sum.bind(":end", has_days ? end_day : std::int64_t{0});
        sum.bind(":since", since_ns);
        sum.bind(":before", has_days ? first_day * day_ns : until_ns);
        sum.bind(":after", has_days ? end_day * day_ns : until_ns);
        sum.bind(":until", until_ns);
        std::string pipeline;
        std::size_t its_runs = 0;
        while (sum.executeStep()) {
            const std::string name = sum.getColumn(0).getString();
            const std::string status = sum.getColumn(1).getString();
            const std::size_t count = size_of(sum.getColumn(2));
            if (name != pipeline) its_runs = 0;
            pipeline = name;
            its_runs += count;
            if (its_runs > totals.most_active_runs) {
                totals.most_active_runs = its_runs;
                totals.most_active_pipeline = name;
            }
            totals.runs += count;
            if (status == "success") totals.succeeded += count;
            if (status == "failure") totals.failed += count;
            if (status == "cancelled") totals.cancelled += count;
            if (status != "cancelled") totals.total_duration += std::chrono::nanoseconds{sum.getColumn(3).getInt64()};
            totals.jobs_executed += size_of(sum.getColumn(4));
            totals.jobs_passed += size_of(sum.getColumn(5));
        }
        return totals;
    });
}

std::vector<std::string> Index::pipelines() const {
    return translating([&] {
        std::vector<std::string> names;
        // From name to name by the index, however many runs there are of each.
        SQLite::Statement next(impl_->db, "SELECT min(pipeline) FROM runs WHERE pipeline > ?");
        std::string last;
        for (;;) {
            next.reset();
            next.bind(1, last);
            if (!next.executeStep() || next.getColumn(0).isNull()) return names;
            last = next.getColumn(0).getString();
            names.push_back(last);
        }
    });
}

std::vector<std::string> Index::unsettled() const {
    return translating([&] {
        std::vector<std::string> ids;
        SQLite::Statement find(impl_->db, "SELECT id FROM runs WHERE status IN ('running','pending') AND interrupted=0");
        while (find.executeStep()) ids.push_back(find.getColumn(0).getString());
        return ids;
    });
}

std::vector<Index::Kept> Index::kept() const {
    return translating([&] {
        std::vector<Kept> all;
        SQLite::Statement find(impl_->db,
                               "SELECT id, start_ns, bytes, whole FROM runs WHERE trimmed=0 AND (status NOT IN ('running','pending') OR "
                               "interrupted=1) ORDER BY start_ns DESC, id DESC");
        while (find.executeStep()) {
            Kept kept;
            kept.id = find.getColumn(0).getString();
            if (const auto start = find.getColumn(1).getInt64(); start != 0) kept.start_time = from_ns(start);
            kept.bytes = static_cast<std::uint64_t>(find.getColumn(2).getInt64());
            kept.is_whole = find.getColumn(3).getInt() != 0;
            all.push_back(std::move(kept));
        }
        return all;
    });
}

void Index::set_bytes(const std::string& id, std::uint64_t bytes) {
    translating([&] {
        SQLite::Statement set(impl_->db, "UPDATE runs SET bytes=? WHERE id=?");
        set.bind(1, static_cast<std::int64_t>(bytes));
        set.bind(2, id);
        set.exec();
    });
}

void Index::set_trimmed(const std::string& id) {
    translating([&] {
        SQLite::Statement set(impl_->db, "UPDATE runs SET trimmed=1, bytes=0 WHERE id=?");
        set.bind(1, id);
        set.exec();
    });
}

void Index::set_interrupted(const std::string& id) {
    translating([&] {
        SQLite::Statement set(impl_->db, "UPDATE runs SET interrupted=1 WHERE id=?");
        set.bind(1, id);
        set.exec();
    });
}

}  // namespace kahn::store
