#pragma once

#include "fake_github/call.hpp"

namespace kahn::testing {

/// The body of a request to dispatch: read before anything else is looked at.
struct DispatchBody {
    DispatchBody() = default;

    std::string ref;
    std::map<std::string, std::string> inputs;
    std::optional<bool> wants_details;
    std::optional<Response> refusal;  ///< 400 or 422; nothing: the body is fine
};
static_assert(!std::is_aggregate_v<DispatchBody>);

DispatchBody read_dispatch_body(const Call& call);

/// Workflow, its state, its trigger, the ref, the inputs, in this order; then a run is made.
/// \param workflow  null: there is none
Response dispatch(const Call& call, Repository& repository, const Workflow* workflow, const DispatchBody& body);

}  // namespace kahn::testing
