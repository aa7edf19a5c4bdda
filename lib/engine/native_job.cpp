#include <kahn/engine/native_job.hpp>

#include <kahn/base/error.hpp>

#include <utility>

namespace kahn {

NativeWork::NativeWork(Body body, NativeOptions options) : body_(std::move(body)), options_(std::move(options)) {
    if (!body_) throw Error(Errc::invalid_argument, "a native job needs a coroutine to run");
}

PipelineJob native_job(std::string name, NativeWork::Body body, NativeOptions options) {
    PipelineJob job(std::move(name), {});
    job.native = std::make_shared<const NativeWork>(std::move(body), std::move(options));
    return job;
}

}  // namespace kahn
