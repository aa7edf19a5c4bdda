#pragma once

#include <kahn/engine/executor.hpp>
#include <kahn/model/pipeline.hpp>

#include "engine/run.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace kahn {

// What a job leaves in its working directory, kept before it is told to have finished. Copying and reading may take long: it is done
// in slices of about a millisecond, between which the run's strand and everything else on its context have their turn. A job that
// is told to end in between stops at the next slice.
//
// The references are to the frame of the caller, who awaits at once.

/// Collects the artifacts of an attempt that succeeded; a success that cannot be kept is none.
boost::asio::awaitable<void> keep_artifacts(std::shared_ptr<Run> run, graph::NodeIndex node, const AttemptRequest& request,
                                            JobAttempt& attempt, const Run::RunningJob& running);

/// Reads the test reports, whatever became of the job.
boost::asio::awaitable<void> keep_tests(std::shared_ptr<Run> run, graph::NodeIndex node, const AttemptRequest& request,
                                        const Run::RunningJob& running);

}  // namespace kahn
