#include <kahn/base/error.hpp>

namespace kahn {
namespace {

class Category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "kahn"; }

    std::string message(int value) const override {
        switch (static_cast<Errc>(value)) {
            case Errc::invalid_config: return "the pipeline configuration is invalid";
            case Errc::config_not_found: return "the pipeline configuration cannot be read";
            case Errc::unknown_pipeline: return "no such pipeline";
            case Errc::unknown_stage: return "no such stage";
            case Errc::unknown_job: return "no such job";
            case Errc::unknown_run: return "no such run";
            case Errc::invalid_argument: return "invalid argument";
            case Errc::containment_unavailable: return "the required containment is not available";
            case Errc::workspace_unusable: return "the workspace cannot be used";
            case Errc::write_failed: return "a file could not be written";
            case Errc::observer_failed: return "an observer threw";
            case Errc::not_implemented: return "not implemented";
            case Errc::internal: return "internal error";
        }
        return "unknown kahn error " + std::to_string(value);
    }
};

}  // namespace

const boost::system::error_category& kahn_category() noexcept {
    static const Category category;
    return category;
}

boost::system::error_code make_error_code(Errc code) noexcept { return {static_cast<int>(code), kahn_category()}; }

Error::Error(Errc code, const std::string& message) : std::runtime_error(message), code_(make_error_code(code)) {}

NotImplemented::NotImplemented(const std::string& what) : Error(Errc::not_implemented, "not implemented: " + what) {}

}  // namespace kahn
