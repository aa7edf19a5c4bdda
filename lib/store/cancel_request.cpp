#include "store/cancel_request.hpp"

#include <kahn/base/error.hpp>

#include "render/json_text.hpp"
#include "store/record_fields.hpp"

#include <boost/json/parse.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

namespace kahn::store {
namespace {

constexpr const char* file_name = "cancel.json";
constexpr std::size_t longest_request = 4096;

}  // namespace

void leave_cancel_request(const Folder& run, std::string_view run_id, std::string_view who) {
    std::string text;
    {
        render::JsonObject object(text);
        object.number("v", 1);
        object.text("run", run_id);
        object.text("by", who);
    }
    text += '\n';
    run.write_atomically(file_name, text);
    // Left by root in the run of another user it is to be that user's, who could not open it otherwise.
    struct stat status {};
    if (::geteuid() == 0 && ::fstat(run.fd(), &status) == 0 && status.st_uid != 0) {
        if (::fchownat(run.fd(), file_name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) != 0) {
            throw Error(Errc::write_failed, "the request cannot be given to the user of run " + std::string(run_id));
        }
    }
}

std::optional<std::string> take_cancel_request(const Folder& run, std::string_view run_id) {
    const UniqueFd fd = run.try_open(file_name, O_RDONLY);
    if (!fd) return std::nullopt;  // also one that is just being handed over
    run.remove_file(file_name);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    if (status.st_uid != ::geteuid() && status.st_uid != 0) return std::nullopt;
    std::array<char, longest_request> text{};
    const ssize_t count = ::read(fd.get(), text.data(), text.size());
    if (count <= 0) return std::nullopt;
    boost::system::error_code error;
    const auto parsed = boost::json::parse(boost::json::string_view(text.data(), static_cast<std::size_t>(count)), error);
    if (error || !parsed.is_object()) return std::nullopt;
    try {
        const Fields fields(parsed.get_object());
        if (fields.text("run") != run_id) return std::nullopt;
        return fields.text("by");
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace kahn::store
