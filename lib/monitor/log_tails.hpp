#pragma once

#include <kahn/model/run_record.hpp>

namespace kahn::monitor {

/// Of jobs that did not pass and of whose output the record has nothing, the ends of their logs become PipelineJob::output. For
/// runs whose engine was killed: all that is left of what they printed is there.
void fill_log_tails(RunRecord& record);

}  // namespace kahn::monitor
