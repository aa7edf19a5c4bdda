#include "engine/artifacts.hpp"

#include <kahn/base/error.hpp>

#include "base/files.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace kahn {
namespace {

constexpr std::size_t copy_buffer_bytes = 256 * 1024;

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
    throw Error(Errc::write_failed, "artifact " + printable(file.native()) + " could not be collected: " + std::strerror(error));
}

/// For the user alone, whatever the umask says.
void make_private_directories(const std::filesystem::path& path, const std::filesystem::path& file) {
    constexpr mode_t user_only = 0700;
    if (::mkdir(path.c_str(), user_only) == 0 || errno == EEXIST) return;
    if (errno != ENOENT || !path.has_relative_path()) fail(file, errno);
    make_private_directories(path.parent_path(), file);
    if (::mkdir(path.c_str(), user_only) != 0 && errno != EEXIST) fail(file, errno);
}

}  // namespace

ArtifactCollection::ArtifactCollection(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                                       std::filesystem::path target)
    : search_(working_directory, globs), target_(std::move(target)) {}

bool ArtifactCollection::step() {
    if (is_searching_) {
        if (search_.step()) return true;
        is_searching_ = false;
        note_refused();
        next_ = search_.found().files.begin();
        return next_ != search_.found().files.end();
    }
    if (copying_) {
        copy_some();
    } else if (next_ != search_.found().files.end()) {
        begin_copy(*next_++);
        copy_some();  // most files are small: one step each
    }
    return copying_ || next_ != search_.found().files.end();
}

void ArtifactCollection::note_refused() {
    const auto& found = search_.found();
    for (const auto& glob : found.unmatched) collected_.warnings.push_back("no file matches artifact '" + printable(glob) + "'");
    for (const auto& link : found.links) {
        collected_.warnings.push_back("artifact " + printable(link.native()) + " is a symbolic link: not collected");
    }
    for (const auto& file : found.foreign) {
        collected_.warnings.push_back("artifact " + printable(file.native()) + " is a hard link to another user's file: not collected");
    }
}

void ArtifactCollection::begin_copy(std::filesystem::path file) {
    Copying copying;
    copying.from = search_.open(file);
    struct stat status {};
    if (!copying.from || ::fstat(copying.from.get(), &status) != 0) fail(file, errno);
    if (!S_ISREG(status.st_mode)) fail(file, EINVAL);
    if (is_another_users_link(status)) fail(file, EPERM);

    make_private_directories((target_ / file).parent_path(), file);
    const bool is_program = (status.st_mode & S_IXUSR) != 0;
    copying.to = UniqueFd(::open((target_ / file).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, is_program ? 0700 : 0600));
    if (!copying.to) fail(file, errno);
    copying.file = std::move(file);
    copying_ = std::move(copying);
    buffer_.resize(copy_buffer_bytes);
}

void ArtifactCollection::copy_some() {
    const ssize_t got = ::read(copying_->from.get(), buffer_.data(), buffer_.size());
    if (got < 0 && errno == EINTR) return;
    if (got < 0) fail(copying_->file, errno);
    if (got == 0) {
        collected_.files.emplace_back(std::move(copying_->file), copying_->bytes, copying_->digest.hex());
        copying_.reset();
        return;
    }
    const std::string_view chunk(buffer_.data(), static_cast<std::size_t>(got));
    if (!write_all(copying_->to.get(), chunk)) fail(copying_->file, errno);
    copying_->digest.add(chunk);
    copying_->bytes += chunk.size();
}

CollectedArtifacts collect_artifacts(const std::filesystem::path& working_directory, std::span<const std::string> globs,
                                     const std::filesystem::path& target) {
    ArtifactCollection collection(working_directory, globs, target);
    while (collection.step()) {
    }
    return collection.take();
}

}  // namespace kahn
