#pragma once

#include <kahn/base/time.hpp>
#include <kahn/render/plain_view.hpp>
#include <kahn/render/view.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace kahn::render {

/// A service whose log viewer is told what belongs together.
enum class Ci { github, gitlab, buildkite };

std::optional<Ci> parse_ci(std::string_view word) noexcept;

/// Whose job this program runs in, by the variable that each of them sets.
/// \param environment `GITHUB_ACTIONS GITLAB_CI BUILDKITE`, as far as they are set
std::optional<Ci> detect_ci(const std::map<std::string, std::string, std::less<>>& environment);

struct CiViewOptions : PlainViewOptions {
    CiViewOptions() = default;

    Ci ci = Ci::github;
    /// Of the checkout, absolute: where GitHub looks for the files that annotations name. Empty: as `base`.
    std::filesystem::path repository;
    /// A word that nobody can guess, a new one at each call. GitHub obeys no command in between two times this word.
    std::function<std::string()> new_token;
};
static_assert(!std::is_aggregate_v<CiViewOptions>);

/// A run in the log of a CI service: what a job prints stands in a group that can be folded, the lines between say how the run goes.
///
/// GitHub Actions: a group a job, within which no workflow command is obeyed, an annotation for each failure and warning.
/// No secret is announced to be masked: that would be to write it down, and kahn masks what it prints itself.
/// GitLab CI: a section a job, folded if the job is fine when it is printed. Buildkite: a group a job, unfolded if it failed.
///
/// The attempt that has been running longest prints as it goes; when another one ends meanwhile, its group is ended and continued in
/// a new one. Nothing that a job prints can end a group or begin one.
class CiView final : public View {
public:
    explicit CiView(CiViewOptions options);
    ~CiView() override;
    CiView(CiView&&) noexcept;
    CiView& operator=(CiView&&) noexcept;

    std::string on_event(const Event& event) override;
    std::string tick(std::chrono::nanoseconds elapsed) override;
    std::string message(std::string_view line) override;
    std::string running() override;
    std::string close() override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kahn::render
