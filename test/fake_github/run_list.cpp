#include "fake_github/run_list.hpp"

#include "fake_github/dates.hpp"
#include "fake_github/problems.hpp"
#include "fake_github/run_state.hpp"

#include <algorithm>
#include <array>
#include <ranges>

namespace kahn::testing {

namespace {

constexpr std::size_t most_found = 1000;  // by a list with a filter
constexpr std::array<std::string_view, 14> known_statuses{
    "completed", "action_required", "cancelled", "failure", "neutral", "skipped", "stale",
    "success", "timed_out", "in_progress", "queued", "requested", "waiting", "pending"};

/// `>=DATE`, `<DATE`, `A..B`, `*..B`, `DATE`; a date without a time is the whole day.
class DateRange {
public:
    static std::optional<DateRange> parse(std::string_view text) {
        DateRange range;
        if (const auto dots = text.find(".."); dots != std::string_view::npos) {
            return range.from(text.substr(0, dots)) && range.to(text.substr(dots + 2), true) ? std::optional(range) : std::nullopt;
        }
        const auto operand = text.find_first_not_of("<>=");
        if (operand == std::string_view::npos) return std::nullopt;
        const auto sign = text.substr(0, operand);
        const auto date = text.substr(operand);
        bool is_good = false;
        if (sign == ">=") is_good = range.from(date);
        if (sign == "<=") is_good = range.to(date, true);
        if (sign == "<") is_good = range.to(date, false);
        if (sign.empty()) is_good = range.from(date) && range.to(date, true);
        if (sign == ">") {
            is_good = range.to(date, true);
            range.low_ = range.high_;
            range.high_ = SystemTime::max();
        }
        return is_good ? std::optional(range) : std::nullopt;
    }
    bool has(SystemTime time) const { return time >= low_ && time < high_; }

private:
    bool from(std::string_view text) {
        if (text == "*") return true;
        const auto time = parse_date(text);
        if (time) low_ = *time;
        return time.has_value();
    }
    bool to(std::string_view text, bool is_inclusive) {
        if (text == "*") return true;
        const auto time = parse_date(text);
        if (!time) return false;
        const bool is_day = text.find('T') == std::string_view::npos;
        high_ = *time;
        if (is_inclusive) high_ += is_day ? std::chrono::seconds{86'400} : std::chrono::seconds{1};
        return true;
    }

    SystemTime low_ = SystemTime::min();
    SystemTime high_ = SystemTime::max();
};

}  // namespace

RunSelection select_runs(const Call& call, const Repository& repository, std::optional<std::int64_t> workflow_id) {
    RunSelection selection;
    const auto actor = call.target.parameter("actor");
    const auto branch = call.target.parameter("branch");
    const auto event = call.target.parameter("event");
    const auto status = call.target.parameter("status");
    const auto created = call.target.parameter("created");
    const auto sha = call.target.parameter("head_sha");
    const auto suite = call.target.parameter("check_suite_id");
    const bool is_search = !(actor.empty() && branch.empty() && event.empty() && status.empty() && created.empty() && sha.empty() &&
                             suite.empty());
    if (!status.empty() && std::ranges::find(known_statuses, status) == known_statuses.end()) {
        selection.refusal = problem(422, "Invalid status: " + status);
        return selection;
    }
    std::optional<DateRange> range;
    if (!created.empty()) {
        range = DateRange::parse(created);
        if (!range) {
            selection.refusal = problem(422, "Invalid date: " + created);
            return selection;
        }
    }
    for (const auto& [id, run] : std::views::reverse(repository.runs)) {
        if (!is_visible(run, call.now)) continue;
        if (workflow_id && run.workflow_id != *workflow_id) continue;
        if (!actor.empty() && run.actor != actor) continue;
        if (!branch.empty() && run.branch != branch) continue;
        if (!event.empty() && run.event != event) continue;
        if (!sha.empty() && run.sha != sha) continue;
        if (!suite.empty() && std::to_string(id + 1'000'000'000) != suite) continue;
        if (range && !range->has(call.world.wall(run.created))) continue;
        if (!status.empty()) {
            const auto state = run_state(run, call.now);
            if (state.status != status && state.conclusion != status) continue;
        }
        selection.runs.push_back(&run);
        if (is_search && selection.runs.size() == most_found) break;
    }
    return selection;
}

Page::Page(const Call& call, const Repository& repository, std::size_t total) {
    const auto size = call.target.number("per_page", 30, 1, 100);
    const auto page = call.target.number("page", 1, 1, 1'000'000);
    const auto last = total == 0 ? std::size_t{1} : (total + size - 1) / size;
    begin = std::min(total, (page - 1) * size);
    end = std::min(total, begin + size);

    // Links name the repository by its number, whatever the request did.
    const auto& segments = call.target.segments;
    const std::size_t prefix = call.urls.prefix.empty() ? 0 : 2;  // api, v3
    std::size_t rest = prefix + 3;                                // repos, owner, name
    if (segments.size() > prefix && segments[prefix] == "repositories") rest = prefix + 2;
    std::string url = call.urls.api + "/repositories/" + std::to_string(repository.id);
    for (std::size_t i = rest; i < segments.size(); ++i) url += "/" + percent_encode(segments[i]);
    std::string parameters;
    for (const auto& [name, value] : call.target.query) {
        if (name != "page") parameters += percent_encode(name) + "=" + percent_encode(value) + "&";
    }
    const auto add = [this, &url, &parameters](std::size_t to, const char* relation) {
        if (!link.empty()) link += ", ";
        link += "<" + url + "?" + parameters + "page=" + std::to_string(to) + ">; rel=\"" + relation + "\"";
    };
    if (page > 1) add(std::min(page - 1, last), "prev");
    if (page < last) {
        add(page + 1, "next");
        add(last, "last");
    }
    if (page > 1) add(1, "first");
}

}  // namespace kahn::testing
