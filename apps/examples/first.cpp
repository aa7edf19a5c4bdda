// The shortest one: reads a pipeline file, runs it, tells how it ended.
//
//     first FILE

#include <kahn/manager/pipeline_manager.hpp>

#include <iostream>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: first FILE\n";
        return 2;
    }
    try {
        kahn::PipelineManager manager;
        const kahn::Pipeline pipeline = manager.create_pipeline(argv[1]);
        const kahn::Pipeline run = manager.run_pipeline(pipeline.name);
        for (const kahn::PipelineStage& stage : run.stages) {
            for (const kahn::PipelineJob& job : stage.jobs) {
                std::cout << stage.name << '.' << job.name << ": " << kahn::to_string(job.status);
                if (job.reason) std::cout << " (" << job.reason.text() << ')';
                std::cout << '\n';
            }
        }
        return run.status == kahn::PipelineStatus::success ? 0 : 1;
    } catch (const kahn::Error& failure) {  // a bad file, with every problem in it and its place; a workspace that cannot be written
        std::cerr << failure.what() << '\n';
        return 3;
    }
}
