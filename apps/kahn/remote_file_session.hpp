#pragma once

#include "exit_code.hpp"
#include "output.hpp"
#include "remote_session.hpp"
#include "signal_watch.hpp"

#include <kahn/base/error.hpp>
#include <kahn/base/log.hpp>
#include <kahn/remote/client.hpp>

#include "base/text.hpp"
#include "manager/remote_results.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

namespace kahn::app {

/// A client of its own loop for one command that fetches files; a signal cancels what it does.
class FileSession {
public:
    FileSession(const RemoteArguments& given, Console& console)
        : console_(console), is_json_(given.as_json), client_(context_.get_executor(), options(given, console)), watch_(SignalWatch::Ears([this](int, const std::string& name) { heard(name); })) {}

    remote::Client& client() { return client_; }

    template <class T>
    remote::Result<T> run(boost::asio::awaitable<remote::Result<T>> operation) {
        std::optional<remote::Result<T>> result;
        context_.restart();
        has_begun_ = false;
        boost::asio::co_spawn(context_, begin(this, std::move(operation)), boost::asio::bind_cancellation_slot(signal_.slot(), [&](std::exception_ptr, remote::Result<T> value) { result = std::move(value); }));
        while (!result && context_.run_one() > 0) {
            // Also what was heard before, or between two operations: then the next one ends before it has asked anything.
            if (result || !has_begun_ || !std::exchange(is_to_be_cancelled_, false)) continue;
            signal_.emit(boost::asio::cancellation_type::terminal);
        }
        return result ? std::move(*result) : remote::Result<T>();
    }
    /// Tells why something could not be fetched. \return the exit status for it
    int fail(const remote::RemoteFailure& failure, std::int64_t run_id) const {
        static constexpr RemoteWords words{"Failed to download", "Failed to download", "Download timed out", "Network error downloading", true};
        const auto result = failed_result(std::to_string(run_id), words, failure, std::chrono::system_clock::now());
        report(result, is_json_, console_);
        return signal_status() != 0 ? signal_status() : exit_code(result);
    }
    int signal_status() const {
        for (int number = 1; number < 32; ++number) {
            if (signal_name(number) == last_signal_) return 128 + number;
        }
        return 0;
    }

private:
    static remote::RemoteOptions options(const RemoteArguments& given, Console& console) {
        auto out = async_options(given, console).remote;
        out.logger = Logger([&console](LogLevel level, std::string_view line) {
            if (level == LogLevel::warning) console.complain(printable(line));  // errors come as results
        });
        return out;
    }

    /// Says that the operation has begun: a signal that is emitted before would be lost.
    template <class T>
    static boost::asio::awaitable<remote::Result<T>> begin(FileSession* session, boost::asio::awaitable<remote::Result<T>> operation) {
        session->has_begun_ = true;
        co_return co_await std::move(operation);
    }

    void heard(const std::string& name) {
        boost::asio::post(context_, [this, name] {
            last_signal_ = name;
            is_to_be_cancelled_ = true;
        });
    }

    Console& console_;
    bool is_json_;
    boost::asio::io_context context_{1};
    remote::Client client_;
    boost::asio::cancellation_signal signal_;
    std::string last_signal_;
    bool is_to_be_cancelled_ = false;
    bool has_begun_ = false;
    SignalWatch watch_;
};

/// A folder that goes with this object.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "kahn-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw Error(Errc::write_failed, "cannot make a temporary directory like '" + pattern + "'");
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace kahn::app
