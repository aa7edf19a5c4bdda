#pragma once

#include <kahn/model/event.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kahn::app {

/// What a step of a workflow on GitHub tells on the workflow's page: writes how a run ended to the end of the file that
/// `$GITHUB_STEP_SUMMARY` names, behind what others wrote there. A file that cannot be written is said, and changes nothing.
class StepSummary final : public Observer {
public:
    /// \param complain told of what went wrong, a line
    StepSummary(std::filesystem::path file, std::filesystem::path base, std::function<void(std::string_view)> complain)
        : file_(std::move(file)), base_(std::move(base)), complain_(std::move(complain)) {}

    void on_event(const Event& event) override;

private:
    std::filesystem::path file_;
    std::filesystem::path base_;
    std::function<void(std::string_view)> complain_;
};

}  // namespace kahn::app
