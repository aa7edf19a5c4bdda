#pragma once

#include <array>

namespace kahn::store {

// Times and durations are nanoseconds, times since 1970. Status words are stored as text: the database can be read with any tool.
inline constexpr const char* index_version_1 = R"(
CREATE TABLE runs(
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  pipeline TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  start_ns INTEGER NOT NULL,
  end_ns INTEGER,
  duration_ns INTEGER NOT NULL,
  parent TEXT NOT NULL,
  jobs INTEGER NOT NULL,
  passed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  executed INTEGER NOT NULL,
  executed_passed INTEGER NOT NULL,
  interrupted INTEGER NOT NULL,
  trimmed INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_by_time ON runs(start_ns, id);
CREATE INDEX runs_by_pipeline ON runs(pipeline, start_ns, id);
CREATE INDEX runs_by_result ON runs(pipeline, status, start_ns, id);
CREATE INDEX runs_by_status ON runs(status, start_ns, id);
CREATE INDEX runs_sums ON runs(start_ns, status, duration_ns, executed, executed_passed, pipeline);
CREATE INDEX runs_kept ON runs(start_ns) WHERE trimmed = 0;
CREATE TABLE jobs(
  run INTEGER NOT NULL REFERENCES runs(n) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  stage TEXT NOT NULL,
  job TEXT NOT NULL,
  status TEXT NOT NULL,
  start_ns INTEGER,
  duration_ns INTEGER NOT NULL,
  queued_ns INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  PRIMARY KEY(run, place)
) WITHOUT ROWID;
CREATE TABLE meta(history_known INTEGER NOT NULL);
INSERT INTO meta VALUES(0);
)";

// Sums of each day (of 24 hours since 1970), so that a question about a year need not look at every run. The triggers keep them.
inline constexpr const char* index_version_2 = R"(
CREATE TABLE sums(
  day INTEGER NOT NULL,
  pipeline TEXT NOT NULL,
  status TEXT NOT NULL,
  runs INTEGER NOT NULL,
  duration_ns INTEGER NOT NULL,
  executed INTEGER NOT NULL,
  executed_passed INTEGER NOT NULL,
  PRIMARY KEY(day, pipeline, status)
) WITHOUT ROWID;
INSERT INTO sums
  SELECT start_ns/86400000000000, pipeline, status, count(*), sum(duration_ns), sum(executed), sum(executed_passed)
  FROM runs WHERE status IN ('success','failure','cancelled') GROUP BY 1, 2, 3;
CREATE TRIGGER sums_add AFTER INSERT ON runs WHEN new.status IN ('success','failure','cancelled') BEGIN
  INSERT INTO sums VALUES(new.start_ns/86400000000000, new.pipeline, new.status, 1, new.duration_ns, new.executed, new.executed_passed)
  ON CONFLICT(day, pipeline, status) DO UPDATE SET runs=runs+1, duration_ns=duration_ns+excluded.duration_ns,
    executed=executed+excluded.executed, executed_passed=executed_passed+excluded.executed_passed;
END;
CREATE TRIGGER sums_take AFTER UPDATE OF pipeline, status, start_ns, duration_ns, executed, executed_passed ON runs
WHEN old.status IN ('success','failure','cancelled') BEGIN
  UPDATE sums SET runs=runs-1, duration_ns=duration_ns-old.duration_ns, executed=executed-old.executed,
    executed_passed=executed_passed-old.executed_passed
  WHERE day=old.start_ns/86400000000000 AND pipeline=old.pipeline AND status=old.status;
END;
CREATE TRIGGER sums_add_again AFTER UPDATE OF pipeline, status, start_ns, duration_ns, executed, executed_passed ON runs
WHEN new.status IN ('success','failure','cancelled') BEGIN
  INSERT INTO sums VALUES(new.start_ns/86400000000000, new.pipeline, new.status, 1, new.duration_ns, new.executed, new.executed_passed)
  ON CONFLICT(day, pipeline, status) DO UPDATE SET runs=runs+1, duration_ns=duration_ns+excluded.duration_ns,
    executed=executed+excluded.executed, executed_passed=executed_passed+excluded.executed_passed;
END;
)";

inline constexpr const char* index_version_3 = R"(
ALTER TABLE runs ADD COLUMN trace TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_by_trace ON runs(trace) WHERE trace <> '';
)";
// Whether `run.json` has all that is known of a run, its events included: then nothing need be read before they are removed.
inline constexpr const char* index_version_4 = "ALTER TABLE runs ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;";

/// What leads from each version to the next; version 0 is an empty file.
inline constexpr std::array index_migrations{index_version_1, index_version_2, index_version_3, index_version_4};
inline constexpr int index_version = static_cast<int>(index_migrations.size());

}  // namespace kahn::store
