// Reading and checking a pipeline file, against what its parser alone takes.

#include "cases/cases.hpp"
#include "cases/inputs.hpp"
#include "measure/stopwatch.hpp"

#include <kahn/config/load.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <stdexcept>
#include <string>

namespace kahn::bench {
namespace {

/// Stages of ten jobs, each with the keys that a real file has.
Pipeline pipeline_of(int jobs) {
    Pipeline pipeline;
    pipeline.name = "bench";
    pipeline.variables = {{"MODE", "release"}, {"OUT", "build"}};
    for (int i = 0; i < jobs; ++i) {
        if (i % 10 == 0) {
            pipeline.stages.emplace_back("stage " + std::to_string(i / 10));
            if (i > 0) pipeline.stages.back().dependencies.push_back("stage " + std::to_string(i / 10 - 1));
        }
        PipelineJob job("job " + std::to_string(i), {"mkdir -p \"$OUT\"", "cc -c file" + std::to_string(i) + ".c -o \"$OUT/file.o\""});
        job.environment = {{"NUMBER", std::to_string(i)}};
        job.artifacts = {"build/*.o"};
        job.retry_count = 1;
        pipeline.stages.back().jobs.push_back(std::move(job));
    }
    return pipeline;
}

/// Hears everything, keeps nothing.
class Deaf final : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

void only_parse(const std::string& text, config::Format format) {
    if (format == config::Format::json) {
        boost::json::monotonic_resource memory;
        (void)boost::json::parse(text, &memory);
        return;
    }
    std::istringstream in(text);
    YAML::Parser parser(in);
    Deaf nobody;
    parser.HandleNextDocument(nobody);
}

Comparison comparison(int jobs, config::Format format) {
    const std::string text = config::to_text(pipeline_of(jobs), format);
    const bool is_json = format == config::Format::json;
    Comparison out;
    out.name = std::string("config/") + (is_json ? "JSON" : "YAML") + ", " + std::to_string(jobs) + " jobs, " +
               std::to_string(text.size() / 1024) + " KiB";
    out.items = jobs;
    out.contestants.push_back({"load and check", [text, format] {
                                   return measure([&] {
                                       if (!config::load_text(text, format, "bench").ok()) throw std::runtime_error("the file is not valid");
                                   });
                               }});
    out.contestants.push_back({is_json ? "Boost.JSON, monotonic, alone" : "yaml-cpp's events alone",
                               [text, format] { return measure([&] { only_parse(text, format); }); }});
    return out;
}

}  // namespace

std::vector<Comparison> config_cases(const Settings& settings) {
    std::vector<Comparison> all;
    const std::vector<int> sizes = settings.is_quick ? std::vector<int>{1000} : std::vector<int>{100, 10'000, 100'000};
    for (const auto format : {config::Format::yaml, config::Format::json}) {
        for (const int jobs : sizes) all.push_back(comparison(jobs, format));
    }
    return all;
}

}  // namespace kahn::bench
