#include "engine/run_files.hpp"

#include <kahn/base/error.hpp>

#include "base/text.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <unordered_set>

namespace kahn {
namespace {

void make_private_directory(const std::filesystem::path& path) {
    constexpr mode_t user_only = 0700;
    struct stat found {};
    if (::mkdir(path.c_str(), user_only) == 0) {
        ::chmod(path.c_str(), user_only);  // whatever the umask says
        return;
    }
    const int error = errno;
    if (error == EEXIST && ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return;
    throw Error(Errc::workspace_unusable, "cannot make " + path.string() + ": " + std::strerror(error));
}

}  // namespace

RunFiles::RunFiles(const std::filesystem::path& workspace, const Pipeline& run)
    : directory_(workspace / ".kahn" / "runs" / run.run_id) {
    std::unordered_set<std::string> used;
    for (const PipelineStage& stage : run.stages) {
        auto& of_stage = slugs_.emplace_back();
        const std::string stage_slug = slug(stage.name);
        for (const PipelineJob& job : stage.jobs) {
            const std::string wanted = stage_slug + "." + slug(job.name);
            std::string unique = wanted;
            for (int i = 2; !used.insert(unique).second; ++i) unique = wanted + "-" + std::to_string(i);
            of_stage.push_back(std::move(unique));
        }
    }
}

void RunFiles::create() const {
    std::error_code error;
    const auto workspace = directory_.parent_path().parent_path().parent_path();
    std::filesystem::create_directories(workspace, error);
    if (error) throw Error(Errc::workspace_unusable, "cannot make " + workspace.string() + ": " + error.message());
    make_private_directory(workspace / ".kahn");
    make_private_directory(workspace / ".kahn" / "runs");
    make_private_directory(directory_);
    make_private_directory(directory_ / "logs");
    make_private_directory(directory_ / "outputs");
}

std::filesystem::path RunFiles::log(std::size_t stage, std::size_t job, int attempt) const {
    return directory_.native() + "/logs/" + slugs_[stage][job] + '.' + std::to_string(attempt) + ".log";
}

std::filesystem::path RunFiles::output(std::size_t stage, std::size_t job, int attempt) const {
    return directory_.native() + "/outputs/" + slugs_[stage][job] + '.' + std::to_string(attempt);
}

std::filesystem::path RunFiles::artifacts(std::size_t stage, std::size_t job) const { return all_artifacts() / slugs_[stage][job]; }

}  // namespace kahn
