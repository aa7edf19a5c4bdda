#include "base/files.hpp"

#include <kahn/base/error.hpp>

#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

namespace kahn {
namespace {

namespace fs = std::filesystem;
using kahn::test::TemporaryDirectory;

constexpr std::size_t megabyte = 1024 * 1024;

/// What an operation complains of.
std::string complaint(const std::function<void()>& operation, Errc expected) {
    try {
        operation();
    } catch (const Error& error) {
        BOOST_TEST((error.code() == make_error_code(expected)));
        return error.what();
    }
    return "no error";
}
std::string read_complaint(const fs::path& path, std::size_t limit = megabyte) {
    return complaint([&] { read_regular_file(path, limit); }, Errc::config_not_found);
}
std::string write_complaint(const fs::path& path, std::string_view content = "new") {
    return complaint([&] { write_file_atomically(path, content); }, Errc::write_failed);
}
bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}
std::size_t entries(const fs::path& directory) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}
std::size_t open_descriptors() { return entries("/proc/self/fd"); }

/// Changes a file's size without a rest, until it dies.
class RestlessWriter {
public:
    RestlessWriter(const fs::path& path, off_t size)
        : fd_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)),
          thread_([this, size] {
              for (off_t i = 0; !stop_; ++i) stop_ = ::ftruncate(fd_, size + i % 100) != 0 || stop_;
          }) {}
    ~RestlessWriter() {
        stop_ = true;
        thread_.join();
        ::close(fd_);
    }

private:
    int fd_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

BOOST_AUTO_TEST_SUITE(reading_files)

BOOST_AUTO_TEST_CASE(a_file_is_read_byte_by_byte) {
    const TemporaryDirectory directory;
    const std::string content("a\0b\r\n\xff", 6);
    BOOST_TEST(read_regular_file(directory.write("f", content), megabyte) == content);
    BOOST_TEST(read_regular_file(directory.write("empty", ""), 0) == "");
    const std::string large(3 * megabyte + 7, 'x');
    BOOST_TEST((read_regular_file(directory.write("large", large), 4 * megabyte) == large));
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_to_a_file_is_read) {
    const TemporaryDirectory directory;
    directory.write("f", "text");
    fs::create_symlink("f", directory / "link");
    BOOST_TEST(read_regular_file(directory / "link", megabyte) == "text");
}

BOOST_AUTO_TEST_CASE(a_file_of_the_kernel_that_says_it_is_empty_is_read_to_its_end) {
    BOOST_TEST(contains(read_regular_file("/proc/version", megabyte), "Linux"));
}

BOOST_AUTO_TEST_CASE(C05_one_byte_more_than_the_limit_is_refused) {
    const TemporaryDirectory directory;
    const fs::path file = directory.write("f", "12345");
    BOOST_TEST(read_regular_file(file, 5) == "12345");
    BOOST_TEST(contains(read_complaint(file, 4), "larger than 4 bytes"));
    BOOST_TEST(contains(read_complaint("/proc/version", 10), "larger than 10 bytes"));  // its size says 0
    fs::resize_file(file, 64 * megabyte + 1);
    BOOST_TEST(contains(read_complaint(file, 64 * megabyte), "larger than 67108864 bytes"));
}

BOOST_AUTO_TEST_CASE(C05_only_regular_files_are_opened) {
    const TemporaryDirectory directory;
    BOOST_TEST(contains(read_complaint("/dev/zero"), "not a regular file"));
    BOOST_TEST(contains(read_complaint(directory.path()), "is a directory"));
    BOOST_REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
    BOOST_TEST(contains(read_complaint(directory / "fifo"), "not a regular file"));  // and nobody waits for a writer
}

BOOST_AUTO_TEST_CASE(C05_a_file_that_cannot_be_opened_is_told_with_path_and_reason) {
    const TemporaryDirectory directory;
    const std::string missing = read_complaint(directory / "none");
    BOOST_TEST(contains(missing, "none': No such file or directory"));
    fs::create_symlink("loop", directory / "loop");
    BOOST_TEST(contains(read_complaint(directory / "loop"), "Too many levels"));

    const fs::path secret = directory.write("secret", "x");
    fs::permissions(secret, fs::perms::none);
    fs::permissions(directory.path(), fs::perms::others_exec | fs::perms::owner_all);
    const bool is_root = ::geteuid() == 0;  // root may read anything: be somebody else for a moment
    if (is_root) BOOST_REQUIRE(::seteuid(65534) == 0);
    const std::string unreadable = read_complaint(secret);
    if (is_root) BOOST_REQUIRE(::seteuid(0) == 0);
    BOOST_TEST(contains(unreadable, "Permission denied"));
}

BOOST_AUTO_TEST_CASE(C05_a_name_cannot_steer_the_terminal_of_who_reads_the_message) {
    BOOST_TEST(contains(read_complaint("/none\x1b[2J"), "'/none\\x1B[2J'"));
}

BOOST_AUTO_TEST_CASE(C05_no_descriptor_is_left_open) {
    const TemporaryDirectory directory;
    const fs::path file = directory.write("f", "text");
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 10; ++i) {
        read_regular_file(file, megabyte);
        read_complaint(file, 1);
        read_complaint(directory.path());
        write_file_atomically(file, "text");
        write_complaint(directory.path());
    }
    BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(C17_a_file_that_never_rests_is_refused) {
    const TemporaryDirectory directory;
    const fs::path file = directory.write("f", std::string(8 * megabyte, 'a'));
    const RestlessWriter writer(file, 8 * megabyte);
    std::string problem;
    do {  // both may be lucky for a while
        problem = complaint([&] { read_regular_file(file, 16 * megabyte); }, Errc::config_not_found);
    } while (problem == "no error");
    BOOST_TEST(contains(problem, "keeps changing while it is read"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(writing_files)

BOOST_AUTO_TEST_CASE(a_new_file_gets_the_usual_mode_and_nothing_else_is_left) {
    const TemporaryDirectory directory;
    const mode_t old = ::umask(027);
    write_file_atomically(directory / "f", "text");
    ::umask(old);
    BOOST_TEST(directory.read("f") == "text");
    BOOST_TEST(mode_of(directory / "f") == 0640U);
    BOOST_TEST(entries(directory.path()) == 1U);
}

BOOST_AUTO_TEST_CASE(an_old_file_keeps_its_mode) {
    const TemporaryDirectory directory;
    const fs::path file = directory.write("f", "old and longer");
    BOOST_REQUIRE(::chmod(file.c_str(), 0751) == 0);
    write_file_atomically(file, "new");
    BOOST_TEST(directory.read("f") == "new");
    BOOST_TEST(mode_of(file) == 0751U);
}

BOOST_AUTO_TEST_CASE(whoever_has_the_old_file_open_still_reads_the_old_text) {
    const TemporaryDirectory directory;
    std::ifstream old(directory.write("f", "old"));
    write_file_atomically(directory / "f", "new");
    std::string text;
    old >> text;
    BOOST_TEST(text == "old");
}

BOOST_AUTO_TEST_CASE(a_path_without_a_directory_is_in_the_current_one) {
    const TemporaryDirectory directory;
    const fs::path before = fs::current_path();
    fs::current_path(directory.path());
    write_file_atomically("f", "text");
    fs::current_path(before);
    BOOST_TEST(directory.read("f") == "text");
}

BOOST_AUTO_TEST_CASE(C17_saving_over_a_symbolic_link_keeps_the_link) {
    const TemporaryDirectory directory;
    fs::create_directory(directory / "sub");
    directory.write("sub/f", "old");
    fs::create_symlink("sub/f", directory / "relative");
    fs::create_symlink(directory / "relative", directory / "absolute");
    write_file_atomically(directory / "absolute", "new");
    BOOST_TEST(fs::is_symlink(directory / "absolute"));
    BOOST_TEST(fs::is_symlink(directory / "relative"));
    BOOST_TEST(!fs::is_symlink(directory / "sub/f"));
    BOOST_TEST(directory.read("sub/f") == "new");

    fs::create_symlink("sub/not-there-yet", directory / "dangling");
    write_file_atomically(directory / "dangling", "born");
    BOOST_TEST(fs::is_symlink(directory / "dangling"));
    BOOST_TEST(directory.read("sub/not-there-yet") == "born");

    fs::create_symlink("loop", directory / "loop");
    BOOST_TEST(contains(write_complaint(directory / "loop"), "Too many levels"));
}

BOOST_AUTO_TEST_CASE(C17_a_write_that_fails_half_way_leaves_the_old_file_and_nothing_else) {
    const TemporaryDirectory directory;
    const fs::path file = directory.write("f", "old");
    // A limit on the size of files fails the write in the middle, as a full disk does.
    rlimit before{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    rlimit small = before;
    small.rlim_cur = 100'000;
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string problem = write_complaint(file, std::string(megabyte, 'x'));
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, old_handler);
    BOOST_TEST(contains(problem, "f': File too large"));
    BOOST_TEST(directory.read("f") == "old");
    BOOST_TEST(entries(directory.path()) == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_is_not_replaced) {
    const TemporaryDirectory directory;
    BOOST_REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
    BOOST_TEST(contains(write_complaint(directory / "fifo"), "not a regular file"));
    BOOST_TEST(fs::is_fifo(directory / "fifo"));
    BOOST_TEST(contains(write_complaint("/dev/null"), "not a regular file"));
    BOOST_TEST(contains(write_complaint(directory.path()), "not a regular file"));
    BOOST_TEST(contains(write_complaint(directory / "none/f"), "No such file or directory"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
