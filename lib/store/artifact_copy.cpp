#include "store/artifact_copy.hpp"

#include <kahn/base/error.hpp>

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

/// \return the digest of what was copied
std::string copy(const UniqueFd& from, const UniqueFd& to, const fs::path& name) {
    Sha256 digest;
    std::string buffer(buffer_bytes, '\0');
    for (;;) {
        const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count == 0) return digest.hex();
        const auto piece = std::string_view(buffer).substr(0, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count < 0 || !write_all(to.get(), piece)) {
            throw Error(Errc::write_failed, "its artifact " + printable(name.string()) + " could not be copied: " + std::generic_category().message(errno));
        }
        digest.add(piece);
    }
}

}  // namespace

std::vector<Artifact> copy_artifacts(const fs::path& from, std::span<const Artifact> artifacts, const fs::path& to,
                                     const fs::path& all_artifacts) {
    std::vector<Artifact> copied;
    if (artifacts.empty()) return copied;
    const auto source = Folder::find(from);
    if (!source) throw Error(Errc::workspace_unusable, "its artifacts are not kept any more");
    Folder::make(all_artifacts);
    const Folder target = Folder::make(to);
    for (const Artifact& artifact : artifacts) {
        const UniqueFd read = source->try_open(artifact.path, O_RDONLY);
        struct stat status {};
        if (!read || ::fstat(read.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
            throw Error(Errc::workspace_unusable, "its artifact " + printable(artifact.path.string()) + " is not kept any more");
        }
        const fs::path name = without_first_part(artifact.path);
        make_directories(target, name.parent_path());
        const UniqueFd written = target.open(name, O_WRONLY | O_CREAT | O_TRUNC);
        if ((status.st_mode & S_IXUSR) != 0) ::fchmod(written.get(), 0700);
        if (copy(read, written, artifact.path) != artifact.sha256) {
            throw Error(Errc::workspace_unusable, "its artifact " + printable(artifact.path.string()) + " was changed since");
        }
        copied.emplace_back(fs::relative(to / name, all_artifacts), artifact.bytes, artifact.sha256);
    }
    return copied;
}

}  // namespace kahn::store
