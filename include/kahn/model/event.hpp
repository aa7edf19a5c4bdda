#pragma once

#include <kahn/base/time.hpp>
#include <kahn/model/pipeline.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kahn {

/// The one stream that every view, store and report is made from. What an event refers to is valid during the call only.
namespace event {

struct RunStarted {
    std::size_t jobs = 0;
    std::size_t levels = 0;
    unsigned max_workers = 0;
    std::string trace_id;  ///< of the W3C trace that the run is part of, 32 hexadecimal digits
};

struct StageStarted {
    const PipelineStage& stage;
};

/// An attempt is about to start. Delivered before its first process exists, so that a store can write ahead.
struct JobStarted {
    const PipelineStage& stage;
    const PipelineJob& job;
    const JobAttempt& attempt;
};

/// A command's process exists.
struct CommandStarted {
    const PipelineStage& stage;
    const PipelineJob& job;
    int attempt = 1;
    std::size_t command = 0;  ///< index into PipelineJob::commands
    int pid = 0;
};

struct JobOutput {
    const PipelineStage& stage;
    const PipelineJob& job;
    int attempt = 1;
    OutputStream stream = OutputStream::stdout_stream;
    std::uint64_t offset = 0;  ///< of `text` in everything the attempt has printed, both streams together
    std::string_view text;     ///< bytes as they came
};

/// The last attempt failed and another follows.
struct JobRetried {
    const PipelineStage& stage;
    const PipelineJob& job;
    const JobAttempt& attempt;  ///< the one that failed
    std::chrono::milliseconds delay;
};

/// The job has ended: ran, was skipped or cancelled. A job that never started has no attempts.
struct JobFinished {
    const PipelineStage& stage;
    const PipelineJob& job;
    bool allowed = false;  ///< it failed, and is allowed to by itself or its stage
};

struct StageFinished {
    const PipelineStage& stage;
};

struct RunFinished {
    std::vector<std::string> critical_path;  ///< jobs, first to last, of the longest chain by measured time
};

using Payload = std::variant<RunStarted, StageStarted, JobStarted, CommandStarted, JobOutput, JobRetried, JobFinished,
                             StageFinished, RunFinished>;

}  // namespace event

/// One entry of the stream.
struct Event {
    std::uint64_t sequence = 0;  ///< counts every event of the run from 0
    SystemTime time;
    const Pipeline& run;  ///< the run's working copy: name, run id, status
    event::Payload what;
};

/// Sees every event of a run, in order, on the run's strand.
///
/// A slow observer slows the run; a heavy one queues. What it throws fails the run with its text.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void on_event(const Event& event) = 0;
};

}  // namespace kahn
