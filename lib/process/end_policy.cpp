#include "process/end_policy.hpp"

namespace kahn::process {

EndPolicy::Action EndPolicy::start_killing(SteadyTime now) noexcept {
    phase_ = Phase::killing;
    deadline_ = now + reaping_;
    return Action::kill;
}

EndPolicy::Action EndPolicy::end_the_rest(SteadyTime now, const Sight& sight) noexcept {
    return sight.rest_may_stay ? finish(Action::finish) : start_killing(now);
}

EndPolicy::Action EndPolicy::finish(Action how) noexcept {
    phase_ = Phase::over;
    deadline_.reset();
    return how;
}

EndPolicy::Action EndPolicy::stop(SteadyTime now) noexcept {
    switch (phase_) {
        case Phase::running:
            if (grace_ <= std::chrono::milliseconds::zero()) return start_killing(now);
            phase_ = Phase::terminating;
            deadline_ = now + grace_;
            return Action::terminate;
        case Phase::draining:
        case Phase::terminating: return start_killing(now);
        case Phase::killing:
        case Phase::over: return Action::none;
    }
    return Action::none;
}

EndPolicy::Action EndPolicy::observe(SteadyTime now, Sight sight) noexcept {
    if (phase_ == Phase::over) return Action::none;
    const bool is_gone = sight.commands_over && sight.tree_empty;
    // A loose tree that looks empty may have lost somebody; who holds the output shows that it has.
    const bool is_surely_gone = is_gone && (sight.tree_tight || !sight.output_open);
    switch (phase_) {
        case Phase::running:
            if (!sight.commands_over) return Action::none;
            if (is_surely_gone) return finish(Action::finish);
            if (!sight.output_open) return end_the_rest(now, sight);
            phase_ = Phase::draining;
            deadline_ = now + drain_;
            return Action::none;
        case Phase::draining:
            if (is_surely_gone) return finish(Action::finish);
            if (!sight.output_open) return end_the_rest(now, sight);
            if (!is_past(now)) return Action::none;
            return is_gone ? finish(Action::finish) : end_the_rest(now, sight);
        case Phase::terminating:
            if (is_gone) return finish(Action::finish);
            return is_past(now) ? start_killing(now) : Action::none;
        case Phase::killing:
            if (is_gone) return finish(Action::finish);
            return is_past(now) ? finish(Action::give_up) : Action::none;
        case Phase::over: break;
    }
    return Action::none;
}

}  // namespace kahn::process
