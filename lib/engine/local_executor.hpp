#pragma once

#include <kahn/base/log.hpp>
#include <kahn/engine/executor.hpp>
#include <kahn/process/options.hpp>

#include <memory>

namespace kahn {

/// Runs attempts as processes of this machine.
class LocalExecutor : public Executor {
public:
    virtual ContainmentReport containment() const = 0;
};

/// Finds the best containment. \throws Error (containment_unavailable)
std::shared_ptr<LocalExecutor> make_local_executor(ProcessOptions options, Logger logger);

}  // namespace kahn
