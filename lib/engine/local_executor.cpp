#include "engine/local_executor.hpp"

#include "process/supervisor.hpp"

#include <utility>

namespace kahn {
namespace {

class ProcessExecutor final : public LocalExecutor {
public:
    explicit ProcessExecutor(std::shared_ptr<process::Supervisor> supervisor) : supervisor_(std::move(supervisor)) {}

    boost::asio::awaitable<AttemptOutcome> run(AttemptRequest request, std::shared_ptr<AttemptListener> listener) override {
        process::AttemptSpec spec;
        spec.name = request.stage + "." + request.job.name;
        spec.commands = std::move(request.job.commands);
        spec.arguments = std::move(request.arguments);
        spec.keeps_leftovers = request.job.leftovers == LeftoverPolicy::keep;
        spec.working_directory = std::move(request.working_directory);
        spec.log = std::move(request.log);
        spec.masker = std::move(request.masker);
        spec.suspension = std::move(request.suspension);
        spec.environment = process_environment(request.environment, *request.host_environment);
        return process::run_attempt(supervisor_, std::move(spec), std::move(listener));
    }

    void kill_all(std::chrono::milliseconds limit) noexcept override { supervisor_->kill_all(limit); }
    ContainmentReport containment() const override { return supervisor_->containment(); }

private:
    /// The host's own variables below the declared ones.
    static std::vector<std::string> process_environment(const Variables& declared, const Variables& host) {
        std::vector<std::string> entries;
        entries.reserve(declared.size() + host.size());
        for (const auto& [name, value] : declared) entries.push_back(name + "=" + value);
        for (const auto& [name, value] : host) {
            if (!declared.contains(name)) entries.push_back(name + "=" + value);
        }
        return entries;
    }

    std::shared_ptr<process::Supervisor> supervisor_;
};

}  // namespace

std::shared_ptr<LocalExecutor> make_local_executor(ProcessOptions options, Logger logger) {
    return std::make_shared<ProcessExecutor>(process::Supervisor::create(std::move(options), std::move(logger)));
}

}  // namespace kahn
