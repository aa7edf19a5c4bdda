#pragma once

#include <kahn/base/time.hpp>
#include <kahn/engine/executor.hpp>
#include <kahn/process/options.hpp>

#include <memory>

namespace kahn {

/// Runs attempts of native jobs: the grace and the limits of output are those of processes.
std::shared_ptr<Executor> make_native_executor(const ProcessOptions& options, std::shared_ptr<Clock> clock);

}  // namespace kahn
