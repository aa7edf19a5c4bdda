#pragma once

#include "fake_github/faults.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <regex>
#include <string>
#include <vector>

namespace kahn::testing {

/// Decides which request a fault happens to.
class FaultScript {
public:
    void add(FaultRule rule);
    void clear() { lines_.clear(); }
    /// To be called once for each request. Nothing: it is answered honestly.
    std::optional<Fault> next(Listener listener, const std::string& method, const std::string& target);

private:
    struct Line {
        explicit Line(FaultRule rule_) : rule(std::move(rule_)), target(rule.target), random(rule.when.seed) {}

        FaultRule rule;
        std::regex target;
        std::mt19937_64 random;
        std::uint64_t seen = 0;
    };

    std::vector<Line> lines_;
};

}  // namespace kahn::testing
