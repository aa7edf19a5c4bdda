#include <kahn/manager/pipeline_manager.hpp>
#include <kahn/version.hpp>

#include <iostream>

#ifndef GUARD
#define GUARD ""
#endif
static_assert(KAHN_VERSION_NUMBER >= 1000);

/// Runs a pipeline of one job with the library as a consumer gets it, contained with the help of kahn-guard, and says how it
/// ended.
int main(int argc, char** argv) {
    if (argc != 2) return 2;
    kahn::Options options;
    options.workspace_dir = argv[1];
    options.engine.process.guard = GUARD;
    options.engine.process.strongest_containment = kahn::Containment::subreaper;  // nothing without the program
    options.engine.process.require_containment = kahn::Containment::subreaper;
    kahn::PipelineManager manager(options);
    kahn::Pipeline pipeline;
    pipeline.name = "consumer";
    pipeline.stages.emplace_back("only", std::vector{kahn::PipelineJob("greet", {"echo hello from $KAHN_JOB"})});
    if (manager.create_pipeline(pipeline) != pipeline) return 3;

    const kahn::Pipeline done = manager.run_pipeline("consumer");
    std::cout << "kahn " << kahn::version << ", " << kahn::to_string(done.status) << ": "
              << done.stages.front().jobs.front().output;
    return done.status == kahn::PipelineStatus::success ? 0 : 1;
}
