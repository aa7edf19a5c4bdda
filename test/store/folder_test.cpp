#include "store/folder.hpp"

#include "store/cancel_request.hpp"
#include "store/store_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>

namespace kahn::test {
namespace {

using namespace kahn::store;

/// From now on this process is on a kernel without openat2.
bool take_openat2_away() {
    std::array<sock_filter, 4> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// In a process of its own, for there is no way back. \param what returns the number of the first thing that went wrong, 0 for none
template <class What>
int without_openat2(What what) {
    const pid_t child = ::fork();
    if (child == 0) {
        int result = 100;
        try {
            if (take_openat2_away() && ::syscall(SYS_openat2, AT_FDCWD, ".", nullptr, 0) < 0 && errno == ENOSYS) result = what();
        } catch (const std::exception&) {
            result = 101;
        }
        ::_exit(result);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 102;
}

bool has_mode(const std::filesystem::path& file, mode_t mode) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 && (status.st_mode & 0777U) == mode;
}

BOOST_AUTO_TEST_SUITE(folders)

BOOST_AUTO_TEST_CASE(a_kernel_without_openat2_keeps_runs_as_well) {
    TemporaryDirectory directory;
    BOOST_TEST(without_openat2([&] {
        Store store(directory.path());
        store.put(ended_run(numbered(1), "ci", std::chrono::system_clock::now(), PipelineStatus::success, {{"a", PipelineStatus::success}}));
        if (store.runs().size() != 1) return 1;
        if (store.load(numbered(1)).pipeline.name != "ci") return 2;
        if (store.reindex().runs != 1) return 3;
        return 0;
    }) == 0);
    BOOST_TEST(has_mode(directory / ".kahn/runs" / numbered(1) / "run.json", 0600));
}

BOOST_AUTO_TEST_CASE(without_openat2_nothing_outside_is_reached_either) {
    TemporaryDirectory directory;
    directory.write("outside/secret", "s");
    directory.write("inside/deep/file", "f");
    std::filesystem::create_symlink(directory / "outside", directory / "inside/link");
    std::filesystem::create_symlink(directory / "outside/secret", directory / "inside/file_link");
    const auto check = [&] {
        const Folder folder = Folder::make(directory / "inside");
        if (!folder.try_open("deep/file", O_RDONLY)) return 1;
        if (folder.try_open("../outside/secret", O_RDONLY)) return 2;
        if (folder.try_open("deep/../../outside/secret", O_RDONLY)) return 3;
        if (folder.try_open("link/secret", O_RDONLY)) return 4;
        if (folder.try_open("file_link", O_RDONLY)) return 5;
        if (folder.try_open(directory / "outside/secret", O_RDONLY)) return 6;
        if (folder.try_open("..", O_RDONLY | O_DIRECTORY)) return 7;
        if (folder.try_open("link/made", O_WRONLY | O_CREAT)) return 8;
        if (!folder.try_open("deep/made", O_WRONLY | O_CREAT)) return 9;
        return 0;
    };
    BOOST_TEST(check() == 0);  // with it
    std::filesystem::remove(directory / "inside/deep/made");
    BOOST_TEST(without_openat2(check) == 0);
    BOOST_TEST(has_mode(directory / "inside/deep/made", 0600));
    BOOST_TEST(!std::filesystem::exists(directory / "outside/made"));
}

BOOST_AUTO_TEST_CASE(a_request_that_root_leaves_belongs_to_the_user_of_the_run) {
    TemporaryDirectory directory;
    const Folder run = Folder::make(directory / "run");
    constexpr uid_t somebody = 65534;
    const bool is_root = ::geteuid() == 0 && ::chown((directory / "run").c_str(), somebody, somebody) == 0;
    leave_cancel_request(run, "ID", "me");
    struct stat status {};
    BOOST_REQUIRE(::stat((directory / "run/cancel.json").c_str(), &status) == 0);
    BOOST_TEST(status.st_uid == (is_root ? somebody : ::geteuid()));
    if (is_root) BOOST_REQUIRE(::chown((directory / "run/cancel.json").c_str(), 0, 0) == 0);
    BOOST_TEST(take_cancel_request(run, "ID").value_or("nobody") == "me");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::test
