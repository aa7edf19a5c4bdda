// One job that does nothing, the whole program: what a person waits for who runs something small.

#include "cases/cases.hpp"
#include "cases/inputs.hpp"
#include "cases/peers.hpp"
#include "measure/stopwatch.hpp"

namespace kahn::bench {

std::vector<Comparison> start_cases(const Settings& settings) {
    Comparison out;
    out.name = "start/one job";
    out.item = "run";
    out.contestants = runners(settings, "start", equal_tasks(1, "true"), 1);
    out.contestants.push_back({"sh -c true", [] { return measure_program({"sh", "-c", "true"}); }});
    out.contestants.push_back({"kahn version", [words = std::vector<std::string>{settings.kahn, "version"}] { return measure_program(words); }});
    return {out};
}

}  // namespace kahn::bench
