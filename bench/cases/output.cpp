// What jobs print: to their logs, past the memory.

#include "cases/cases.hpp"
#include "cases/inputs.hpp"
#include "cases/peers.hpp"
#include "measure/stopwatch.hpp"

#include <string>

namespace kahn::bench {
namespace {

Comparison comparison(const Settings& settings, int jobs, int mebibytes) {
    const std::string name = std::to_string(jobs) + "x" + std::to_string(mebibytes) + "MiB";
    // Lines of 64 bytes, made faster than anybody here reads them.
    const std::string command = "yes 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde | head -c " +
                                std::to_string(mebibytes) + "M";
    Comparison out;
    out.name = "output/" + std::to_string(jobs) + " jobs print " + std::to_string(mebibytes) + " MiB each";
    out.item = "MiB";
    out.items = static_cast<double>(jobs) * mebibytes;
    out.contestants = runners(settings, "output-" + name, equal_tasks(jobs, command), jobs);
    const std::string file = (settings.folder / "plain").string();
    const std::string script = "for i in $(seq " + std::to_string(jobs) + "); do { " + command + "; } | cat >" + file + ".$i & done; wait; rm -f " + file + ".*";
    out.contestants.push_back({"cat > file", [script] { return measure_program({"sh", "-c", script}); }});
    return out;
}

}  // namespace

std::vector<Comparison> output_cases(const Settings& settings) {
    if (settings.is_quick) return {comparison(settings, 1, 64), comparison(settings, 10, 4)};
    return {comparison(settings, 1, 1024), comparison(settings, 100, 10)};
}

}  // namespace kahn::bench
