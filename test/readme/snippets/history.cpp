// The part of the README on what is remembered. Compiled, never run.

//[history
#include <kahn/manager/pipeline_manager.hpp>
#include <kahn/monitor/pipeline_monitor.hpp>
#include <kahn/store/store.hpp>

#include <iostream>

void tell(const kahn::PipelineManager& manager) {
    const std::shared_ptr<kahn::store::Store> store = manager.store();  // or a kahn::store::Store of another program's workspace
    for (const kahn::store::RunSummary& run : store->runs()) std::cout << run.id << ' ' << kahn::to_string(run.status) << '\n';

    kahn::PipelineMonitor monitor(store);
    const kahn::PipelineHealth health = monitor.get_pipeline_health("ci");
    std::cout << health.explanation << '\n';
    if (!health.recent_failures.empty()) {  // JSON, Markdown and HTML in the folder of the run
        const kahn::PipelineReport report = monitor.generate_report(health.recent_failures.front().id, kahn::ReportType::quality);
        for (const std::string& finding : report.findings) std::cout << finding << '\n';
    }
}
//]
