#pragma once

#include "render/export_condition.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kahn::render {

/// A condition's parts in the words of one service; status functions are the caller's, who decided or replaced them.
class ExportWords {
public:
    virtual ~ExportWords() = default;

    /// \return nothing if it cannot be said there
    std::optional<std::string> say(const ExportCondition& condition) const { return say(condition, false); }

private:
    virtual std::optional<std::string> say_leaf(const ExportCondition& leaf) const = 0;
    std::optional<std::string> say(const ExportCondition& condition, bool is_inner) const;
};

/// GitHub's expressions, which know no patterns: those of one or two stars at the ends become `startsWith` and the like.
class GithubWords final : public ExportWords {
public:
    /// \param success what to say for `success()`
    explicit GithubWords(std::string success, const Pipeline& pipeline) : success_(std::move(success)), pipeline_(pipeline) {}

private:
    std::optional<std::string> say_leaf(const ExportCondition& leaf) const override;

    std::string success_;
    const Pipeline& pipeline_;
};

/// The `if` of GitLab's rules, which has no negation but knows regular expressions.
class GitlabWords final : public ExportWords {
    std::optional<std::string> say_leaf(const ExportCondition& leaf) const override;
};

/// A glob as a regular expression of RE2 for between slashes. \return nothing for a pattern with too many braces
std::optional<std::string> glob_to_regex(std::string_view glob);

/// A text in GitHub's quotes.
std::string github_quoted(std::string_view text);

}  // namespace kahn::render
