#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kahn::bench {

/// What one round of one contestant came to.
struct Sample {
    double seconds = 0;            ///< that passed
    double processor_seconds = 0;  ///< user and system, all threads and reaped children; 0: not measured
    double peak_mib = 0;           ///< largest resident set; 0: not measured
};

/// Somebody who does the work of a comparison.
struct Contestant {
    std::string name;
    std::function<Sample()> work;  ///< one round; throws if it could not do it
};

/// The same work, done by several.
struct Comparison {
    std::string name;          ///< `spawn/1000 jobs/16 at once`
    std::string item = "job";  ///< what `items` counts
    double items = 1;          ///< of each round
    std::vector<Contestant> contestants;  ///< the first one is what the others are compared with
};

/// Medians and spread of one contestant.
struct Result {
    std::string name;
    Sample median;
    double spread = 0;  ///< half the distance between the quartiles of the seconds, as a part of their median
    double ratio = 0;   ///< median of the first contestant's seconds over this one's, round by round: below 1 is slower than it
    std::string failure;  ///< why there are no figures
};

/// Runs every contestant once to warm up, then `rounds` times in turns, each round beginning with another one, so that what
/// else the machine does meets all of them alike.
std::vector<Result> compare(const Comparison& comparison, int rounds);

double median(std::vector<double> values);

}  // namespace kahn::bench
