#pragma once

#include <kahn/base/masker.hpp>
#include <kahn/model/pipeline.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kahn {

/// A run that is ready to be started.
class PreparedRun {
public:
    PreparedRun() = default;

    Pipeline pipeline;  ///< as everybody may see it: with its run id, only what was selected, without secrets
    std::shared_ptr<const Pipeline> definition;  ///< what is to be run, secrets and all; null: the same as `pipeline`
    std::shared_ptr<const Variables> host;       ///< kahn's own environment, as the secrets were looked up in it
    std::shared_ptr<const Masker> masker;        ///< null: there is nothing to hide
    std::vector<std::string> warnings;
};

}  // namespace kahn
