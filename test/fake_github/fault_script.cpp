#include "fake_github/fault_script.hpp"

namespace kahn::testing {

void FaultScript::add(FaultRule rule) { lines_.emplace_back(std::move(rule)); }

std::optional<Fault> FaultScript::next(Listener listener, const std::string& method, const std::string& target) {
    std::optional<Fault> fault;
    for (auto& line : lines_) {
        const auto& rule = line.rule;
        if (rule.listener != listener || (!rule.method.empty() && rule.method != method)) continue;
        if (!std::regex_search(target, line.target)) continue;
        ++line.seen;
        const auto& when = rule.when;
        const bool is_its_turn = line.seen >= when.from && (when.to == 0 || line.seen <= when.to);
        // Not std::uniform_real_distribution: its numbers differ from one library to another.
        const double chance = static_cast<double>(line.random() >> 11U) / 9007199254740992.0;
        if (is_its_turn && chance < when.probability && !fault) fault = rule.fault;
    }
    return fault;
}

}  // namespace kahn::testing
