#include "measure/report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstdio>

namespace kahn::bench {
namespace {

template <class... Values>
std::string format(const char* text, Values... values) {
    std::array<char, 256> buffer{};
    std::snprintf(buffer.data(), buffer.size(), text, values...);
    return buffer.data();
}

/// Four digits and a unit that suits them.
std::string duration(double seconds) {
    if (seconds < 1e-6) return format("%.1f ns", seconds * 1e9);
    if (seconds < 1e-3) return format("%.1f us", seconds * 1e6);
    if (seconds < 1) return format("%.1f ms", seconds * 1e3);
    return format("%.2f s", seconds);
}

}  // namespace

std::string table(const Comparison& comparison, const std::vector<Result>& results) {
    std::string out = comparison.name + "\n";
    out += format("  %-34s %12s %12s %8s %9s %7s\n", "", ("a " + comparison.item).c_str(), "processor", "spread", "memory", "ratio");
    for (const Result& result : results) {
        if (!result.failure.empty()) {
            out += format("  %-34s ", result.name.c_str()) + "no figures: " + result.failure + "\n";
            continue;
        }
        const Sample& median = result.median;
        const std::string processor = median.processor_seconds > 0 ? duration(median.processor_seconds / comparison.items) : "-";
        const std::string memory = median.peak_mib > 0 ? format("%.1f MiB", median.peak_mib) : "-";
        out += format("  %-34s %12s %12s %6.1f %% %9s %7.3f\n", result.name.c_str(),
                      duration(median.seconds / comparison.items).c_str(), processor.c_str(), 100 * result.spread, memory.c_str(),
                      result.ratio);
    }
    return out;
}

std::string json(const Comparison& comparison, const std::vector<Result>& results) {
    boost::json::array rows;
    for (const Result& result : results) {
        boost::json::object row{{"name", result.name}};
        if (result.failure.empty()) {
            row["seconds"] = result.median.seconds;
            row["processor_seconds"] = result.median.processor_seconds;
            row["peak_mib"] = result.median.peak_mib;
            row["spread"] = result.spread;
            row["ratio"] = result.ratio;
        } else {
            row["failure"] = result.failure;
        }
        rows.push_back(std::move(row));
    }
    boost::json::object out{{"comparison", comparison.name}, {"item", comparison.item}, {"items", comparison.items}};
    out["results"] = std::move(rows);
    return boost::json::serialize(out);
}

std::string json(const Facts& machine) {
    boost::json::object facts;
    for (const auto& [name, value] : machine) facts[name] = value;
    return boost::json::serialize(boost::json::object{{"machine", std::move(facts)}});
}

}  // namespace kahn::bench
