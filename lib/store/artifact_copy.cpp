#include "store/artifact_copy.hpp"

#include <kahn/base/error.hpp>

#include "base/files.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "store/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>
#include <system_error>

namespace kahn::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = 256 * 1024;

fs::path without_first_part(const fs::path& path) {
    fs::path rest;
    for (auto part = std::next(path.begin()); part != path.end(); ++part) rest /= *part;
    return rest;
}

void make_directories(const Folder& folder, const fs::path& relative) {
    fs::path made;
    for (const auto& part : relative) {
        made /= part;
        folder.make_directory(made);
    }
}

[[noreturn]] void refuse(const Artifact& artifact, const char* what) {
    throw Error(Errc::workspace_unusable, "its artifact " + printable(artifact.path.string()) + what);
}

}  // namespace

struct ArtifactCopy::Copying {
    UniqueFd from;
    UniqueFd to;
    fs::path name;
    Sha256 digest;
    std::string buffer = std::string(buffer_bytes, '\0');
};

ArtifactCopy::ArtifactCopy(fs::path from, std::vector<Artifact> artifacts, fs::path to, fs::path all_artifacts)
    : from_(std::move(from)), artifacts_(std::move(artifacts)), to_(std::move(to)), all_artifacts_(std::move(all_artifacts)) {}

ArtifactCopy::~ArtifactCopy() {
    std::error_code ignored;
    if (target_ && !is_kept_) fs::remove_all(to_, ignored);
}

bool ArtifactCopy::step() {
    if (copying_) {
        copy_some();
    } else if (next_ < artifacts_.size()) {
        begin();
        copy_some();  // most files are small: one step each
    }
    return copying_ || next_ < artifacts_.size();
}

std::vector<Artifact> ArtifactCopy::take() {
    is_kept_ = true;
    return std::move(copied_);
}

void ArtifactCopy::begin() {
    if (!source_) {
        source_ = Folder::find(from_);
        if (!source_) throw Error(Errc::workspace_unusable, "its artifacts are not kept any more");
        Folder::make(all_artifacts_);
        target_ = Folder::make(to_);
    }
    const Artifact& artifact = artifacts_[next_];
    auto copying = std::make_unique<Copying>();
    copying->from = source_->try_open(artifact.path, O_RDONLY);
    struct stat status {};
    const bool is_there = copying->from && ::fstat(copying->from.get(), &status) == 0 && S_ISREG(status.st_mode);
    if (!is_there) refuse(artifact, " is not kept any more");
    copying->name = without_first_part(artifact.path);
    make_directories(*target_, copying->name.parent_path());
    copying->to = target_->open(copying->name, O_WRONLY | O_CREAT | O_TRUNC);
    if ((status.st_mode & S_IXUSR) != 0) ::fchmod(copying->to.get(), 0700);
    copying_ = std::move(copying);
}

void ArtifactCopy::copy_some() {
    const Artifact& artifact = artifacts_[next_];
    const ssize_t count = ::read(copying_->from.get(), copying_->buffer.data(), copying_->buffer.size());
    if (count < 0 && errno == EINTR) return;
    if (count == 0) {
        if (copying_->digest.hex() != artifact.sha256) refuse(artifact, " was changed since");
        copied_.emplace_back(fs::relative(to_ / copying_->name, all_artifacts_), artifact.bytes, artifact.sha256);
        copying_.reset();
        ++next_;
        return;
    }
    const auto piece = std::string_view(copying_->buffer).substr(0, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 || !write_all(copying_->to.get(), piece)) {
        throw Error(Errc::write_failed, "its artifact " + printable(artifact.path.string()) + " could not be copied: " + std::generic_category().message(errno));
    }
    copying_->digest.add(piece);
}

}  // namespace kahn::store
