#include "store/origin.hpp"

#include <kahn/config/load.hpp>
#include <kahn/version.hpp>

#include "base/files.hpp"
#include "engine/git_branch.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace kahn::store {
namespace {

std::string user_name() {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> text(16 * 1024);
    if (::getpwuid_r(::geteuid(), &entry, text.data(), text.size(), &found) == 0 && found) return found->pw_name;
    return "uid " + std::to_string(::geteuid());
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

}  // namespace

RunOrigin complete_origin(RunOrigin origin, const Pipeline& definition) {
    if (origin.working_directory.empty()) origin.working_directory = absolute_directory({}).string();
    if (origin.config_digest.empty()) origin.config_digest = config::digest(definition);
    if (origin.commit.empty()) origin.commit = git_commit(origin.working_directory);
    if (origin.branch.empty()) origin.branch = git_branch(origin.working_directory);
    if (origin.user.empty()) origin.user = user_name();
    if (origin.host.empty()) origin.host = host_name();
    if (origin.version.empty()) origin.version = KAHN_VERSION;
    if (origin.pid == 0) origin.pid = ::getpid();
    return origin;
}

}  // namespace kahn::store
