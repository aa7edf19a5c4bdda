#include <kahn/manager/pipeline_manager.hpp>

#include <iostream>

/// Runs a pipeline of one job with the library as a consumer gets it, and says how it ended.
int main(int argc, char** argv) {
    if (argc != 2) return 2;
    kahn::Options options;
    options.workspace_dir = argv[1];
    kahn::PipelineManager manager(options);
    kahn::Pipeline pipeline;
    pipeline.name = "consumer";
    pipeline.stages.emplace_back("only", std::vector{kahn::PipelineJob("greet", {"echo hello from $KAHN_JOB"})});
    manager.create_pipeline(pipeline);

    const kahn::Pipeline done = manager.run_pipeline("consumer");
    std::cout << kahn::to_string(done.status) << ": " << done.stages.front().jobs.front().output;
    return done.status == kahn::PipelineStatus::success ? 0 : 1;
}
