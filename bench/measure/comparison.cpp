#include "measure/comparison.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>

namespace kahn::bench {
namespace {

double quantile(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const double place = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
}

template <class Member>
double median_of(const std::vector<Sample>& samples, Member member) {
    std::vector<double> values;
    for (const Sample& sample : samples) values.push_back(sample.*member);
    return median(std::move(values));
}

/// One round; what goes wrong puts the contestant out of the race.
void take(const Contestant& contestant, std::vector<Sample>* samples, std::string& failure) {
    if (!failure.empty()) return;
    try {
        const Sample sample = contestant.work();
        if (samples) samples->push_back(sample);
    } catch (const std::exception& problem) {
        failure = problem.what();
    }
}

Result judge(const Contestant& contestant, const std::vector<Sample>& samples, const std::vector<Sample>& reference) {
    Result result;
    result.name = contestant.name;
    result.median.seconds = median_of(samples, &Sample::seconds);
    result.median.processor_seconds = median_of(samples, &Sample::processor_seconds);
    result.median.peak_mib = median_of(samples, &Sample::peak_mib);
    std::vector<double> seconds;
    for (const Sample& sample : samples) seconds.push_back(sample.seconds);
    if (result.median.seconds > 0) {
        result.spread = (quantile(seconds, 0.75) - quantile(seconds, 0.25)) / 2 / result.median.seconds;
    }
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(samples.size(), reference.size()); ++i) {
        if (samples[i].seconds > 0) ratios.push_back(reference[i].seconds / samples[i].seconds);
    }
    result.ratio = median(std::move(ratios));
    return result;
}

}  // namespace

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

std::vector<Result> compare(const Comparison& comparison, int rounds) {
    const std::size_t count = comparison.contestants.size();
    std::vector<std::vector<Sample>> samples(count);
    std::vector<std::string> failures(count);
    for (std::size_t i = 0; i < count; ++i) take(comparison.contestants[i], nullptr, failures[i]);
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t turn = 0; turn < count; ++turn) {
            const std::size_t i = (turn + static_cast<std::size_t>(round)) % count;
            take(comparison.contestants[i], &samples[i], failures[i]);
        }
    }
    std::vector<Result> results;
    for (std::size_t i = 0; i < count; ++i) {
        results.push_back(judge(comparison.contestants[i], samples[i], samples.front()));
        results.back().failure = failures[i];
    }
    return results;
}

}  // namespace kahn::bench
