#pragma once

#include "fake_github/call.hpp"

#include <functional>
#include <vector>

namespace kahn::testing {

/// The runs that a list asks for, newest first, before they are cut into pages; or why it is refused.
struct RunSelection {
    RunSelection() = default;

    std::vector<const Run*> runs;
    std::optional<Response> refusal;
};
static_assert(!std::is_aggregate_v<RunSelection>);

/// \param workflow_id  nothing: of all workflows
RunSelection select_runs(const Call& call, const Repository& repository, std::optional<std::int64_t> workflow_id);

/// Which of `total` things a page shows, and the Link header that leads to the others.
struct Page {
    Page(const Call& call, const Repository& repository, std::size_t total);

    std::size_t begin = 0;
    std::size_t end = 0;
    std::string link;  ///< empty: there is one page
};

}  // namespace kahn::testing
