#include "fake_github/dispatch.hpp"

#include "fake_github/payloads.hpp"
#include "fake_github/problems.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <string_view>

namespace kahn::testing {

namespace json = boost::json;

namespace {

constexpr std::string_view documentation = "https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event";
constexpr std::size_t most_inputs_in_the_cloud = 25;
constexpr std::size_t most_inputs_on_ghes = 10;

/// Inputs may be text, a number or a claim; they arrive as text.
std::optional<std::string> input_text(const json::value& value) {
    if (value.is_string()) return std::string(value.as_string());
    if (value.is_bool() || value.is_int64() || value.is_uint64() || value.is_double()) return json::serialize(value);
    return std::nullopt;
}

std::string short_ref(const std::string& ref) {
    for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
        if (ref.starts_with(prefix)) return ref.substr(prefix.size());
    }
    return ref;
}

std::optional<Response> refuse_inputs(const Call& call, const Workflow& workflow, const std::map<std::string, std::string>& inputs) {
    const auto most = call.world.ghes_version.empty() ? most_inputs_in_the_cloud : most_inputs_on_ghes;
    if (inputs.size() > most) {
        return problem(422, "You may only define up to " + std::to_string(most) + " `inputs` for a `workflow_dispatch` event", documentation);
    }
    json::array unexpected;
    for (const auto& [name, value] : inputs) {
        if (!workflow.inputs.contains(name)) unexpected.emplace_back(name);
    }
    if (!unexpected.empty()) return problem(422, "Unexpected inputs provided: " + json::serialize(unexpected), documentation);
    for (const auto& [name, spec] : workflow.inputs) {
        const auto given = inputs.find(name);
        if (given == inputs.end()) {
            if (spec.is_required && !spec.default_value) return problem(422, "Required input '" + name + "' not provided", documentation);
            continue;
        }
        if (!spec.choices.empty() && std::ranges::find(spec.choices, given->second) == spec.choices.end()) {
            return problem(422, "Provided value '" + given->second + "' for input '" + name + "' not in the list of allowed values",
                           documentation);
        }
    }
    return std::nullopt;
}

/// `Deploy ${{ inputs.target }}` with the inputs in it.
std::string expand(std::string text, const std::map<std::string, std::string>& inputs) {
    for (const auto& [name, value] : inputs) {
        for (const auto& form : {"${{ inputs." + name + " }}", "${{inputs." + name + "}}"}) {
            for (auto place = text.find(form); place != std::string::npos; place = text.find(form, place + value.size())) {
                text.replace(place, form.size(), value);
            }
        }
    }
    return text;
}

}  // namespace

DispatchBody read_dispatch_body(const Call& call) {
    DispatchBody body;
    boost::system::error_code error;
    const auto value = json::parse(call.request.body, error);
    if (error) {
        body.refusal = problem(400, "Problems parsing JSON", documentation);
        return body;
    }
    const auto* object = value.if_object();
    if (!object) {
        body.refusal = problem(400, "Body should be a JSON object", documentation);
        return body;
    }
    const auto* ref = object->if_contains("ref");
    if (!ref || !ref->is_string()) {
        body.refusal = problem(422, "Invalid request.\n\n\"ref\" wasn't supplied.", documentation);
        return body;
    }
    body.ref = std::string(ref->as_string());
    if (const auto* inputs = object->if_contains("inputs"); inputs && !inputs->is_null()) {
        if (!inputs->is_object()) {
            body.refusal = problem(422, "Invalid request.\n\nFor 'properties/inputs', " + json::serialize(*inputs) + " is not an object.",
                                   documentation);
            return body;
        }
        for (const auto& [name, given] : inputs->as_object()) {
            const auto text = input_text(given);
            if (!text) {
                body.refusal = problem(422, "Invalid value for input '" + std::string(name) + "'", documentation);
                return body;
            }
            body.inputs[std::string(name)] = *text;
        }
    }
    if (const auto* details = object->if_contains("return_run_details")) {
        if (call.world.strict_keys) {
            body.refusal = problem(400, "Invalid request.\n\n\"return_run_details\" is not a permitted key.", documentation);
            return body;
        }
        body.wants_details = details->is_bool() && details->as_bool();
    }
    return body;
}

Response dispatch(const Call& call, Repository& repository, const Workflow* workflow, const DispatchBody& body) {
    if (!workflow || workflow->state == "deleted") return not_found();
    if (workflow->state != "active") {
        return problem(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow", documentation);
    }
    if (!workflow->has_dispatch) return problem(422, "Workflow does not have 'workflow_dispatch' trigger", documentation);
    const auto ref = short_ref(body.ref);
    if (!repository.refs.contains(ref)) return problem(422, "No ref found for: " + body.ref, documentation);
    if (auto refusal = refuse_inputs(call, *workflow, body.inputs)) return std::move(*refusal);

    const auto actor = call.token ? call.token->login : std::string("ghost");
    auto& run = call.world.start_run(repository, *workflow, workflow->plan, ref, actor, call.now);
    run.event = "workflow_dispatch";
    run.inputs = body.inputs;
    if (!workflow->run_name.empty()) run.display_title = expand(workflow->run_name, body.inputs);
    const bool always_tells = call.api_version >= "2026-03-10";
    if (!always_tells && !body.wants_details.value_or(false)) return Response(204);
    return json_response(200, Payloads(call.world, call.urls, call.now).dispatch_details(repository, run));
}

}  // namespace kahn::testing
