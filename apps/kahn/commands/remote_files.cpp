#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "remote_session.hpp"
#include "signal_watch.hpp"
#include "usage_error.hpp"

#include <kahn/remote/client.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "manager/remote_results.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

namespace kahn::app {

void add_remote_options(CLI::App* command, RemoteArguments& given);
void add_remote_files(CLI::App& remote, Action& chosen);

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace json = boost::json;

struct Arguments {
    RemoteArguments server;
    std::int64_t run_id = 0;
    std::int64_t job_id = 0;
    std::string name;
    std::string to;
};
using Given = std::shared_ptr<Arguments>;

constexpr RemoteWords words{"Failed to download", "Failed to download", "Download timed out", "Network error downloading", true};

/// A client on a loop of its own, whose operations a signal cancels.
class FileSession {
public:
    explicit FileSession(const RemoteArguments& given)
        : client_(context_.get_executor(), async_options(given).remote), watch_([this](int, const std::string& name) { heard(name); }) {}

    remote::Client& client() { return client_; }

    template <class T>
    remote::Result<T> run(asio::awaitable<remote::Result<T>> operation) {
        std::optional<remote::Result<T>> result;
        context_.restart();
        asio::co_spawn(context_, std::move(operation), asio::bind_cancellation_slot(signal_.slot(), [&](std::exception_ptr, remote::Result<T> value) { result = std::move(value); }));
        while (!result && context_.run_one() > 0) {
        }
        return result ? std::move(*result) : remote::Result<T>();
    }
    int signal_status() const {
        for (int number = 1; number < 32; ++number) {
            if (signal_name(number) == last_signal_) return 128 + number;
        }
        return 0;
    }

private:
    void heard(const std::string& name) {
        asio::post(context_, [this, name] {
            last_signal_ = name;
            signal_.emit(asio::cancellation_type::terminal);
        });
    }

    asio::io_context context_{1};
    remote::Client client_;
    asio::cancellation_signal signal_;
    std::string last_signal_;
    SignalWatch watch_;
};

int fail(const remote::RemoteFailure& failure, const Given& given, const FileSession& session, Console& console) {
    const auto result = failed_result(std::to_string(given->run_id), words, failure, std::chrono::system_clock::now());
    report(result, given->server.as_json, console);
    return session.signal_status() != 0 ? session.signal_status() : exit_code(result);
}

/// A folder that goes with this object.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (fs::temp_directory_path() / "kahn-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw Error(Errc::write_failed, "cannot make a temporary directory like '" + pattern + "'");
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

/// A log as it is, or, for a person, without what would steer the terminal.
void write_log(const std::string& text, Console& console) {
    if (::isatty(STDOUT_FILENO) == 0) return console.out.write(text);
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        console.out.write(printable(std::string_view(text).substr(at, end - at)) + "\n");
        at = end + 1;
    }
}

json::object to_json(const remote::Download& file) {
    json::object row;
    row["path"] = file.path.string();
    row["bytes"] = static_cast<std::int64_t>(file.bytes);
    row["sha256"] = file.sha256;
    row["digest_checked"] = file.digest_checked;
    return row;
}

int logs(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    if (given->server.as_json && given->to.empty()) throw UsageError("--json tells of a file: name it with --output");
    if (given->job_id == 0 && given->to.empty()) throw UsageError("the logs of a whole run are an archive: name it with --output, or one job with --job");
    FileSession session(given->server);
    const TemporaryFolder folder;
    const fs::path file = given->to.empty() ? folder.path() / "log" : fs::path(given->to);
    const auto download = session.run(given->job_id != 0 ? session.client().download_job_log(repository, given->job_id, file)
                                                         : session.client().download_run_logs(repository, given->run_id, file));
    if (!download) return fail(download.failure(), given, session, console);
    if (given->to.empty()) {
        constexpr std::size_t largest = 1U << 30;
        write_log(read_regular_file(file, largest), console);
    } else if (given->server.as_json) {
        console.out.write(json::serialize(to_json(download.value())) + "\n");
    }
    return exit_success;
}

int artifacts(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    FileSession session(given->server);
    const auto found = session.run(session.client().artifacts(repository, given->run_id));
    if (!found) return fail(found.failure(), given, session, console);
    json::array rows;
    bool is_any = false;
    for (const remote::Artifact& artifact : found.value()) {
        if (!given->name.empty() && artifact.name != given->name) continue;
        is_any = true;
        json::object row;
        row["id"] = artifact.id;
        row["name"] = artifact.name;
        row["size_in_bytes"] = artifact.size_in_bytes;
        row["expired"] = artifact.expired;
        row["digest"] = artifact.digest;
        if (!given->to.empty()) {
            const TemporaryFolder folder;
            const auto file = session.run(session.client().download_artifact(repository, artifact, folder.path() / "archive.zip"));
            if (!file) return fail(file.failure(), given, session, console);
            const fs::path directory = fs::path(given->to) / (std::to_string(artifact.id) + "-" + slug(artifact.name));
            json::array files;
            for (const fs::path& path : remote::unpack_zip(file.value().path, directory)) files.emplace_back(path.string());
            row["sha256"] = file.value().sha256;
            row["digest_checked"] = file.value().digest_checked;
            row["files"] = std::move(files);
            if (!given->server.as_json) console.out.write(printable(directory.string()) + "\n");
        } else if (!given->server.as_json) {
            console.out.write(std::to_string(artifact.id) + "  " + std::to_string(artifact.size_in_bytes) + "  " + printable(artifact.name) +
                              (artifact.expired ? "  (expired)" : "") + "\n");
        }
        rows.push_back(std::move(row));
    }
    if (!given->name.empty() && !is_any) {
        console.complain("run " + std::to_string(given->run_id) + " has no artifact '" + printable(given->name) + "'");
        return exit_usage;
    }
    if (given->server.as_json) console.out.write(json::serialize(rows) + "\n");
    return exit_success;
}

CLI::App* add(CLI::App& remote, const char* name, const char* what, int (*action)(const Given&, Console&), const Given& given, Action& chosen) {
    CLI::App* const command = remote.add_subcommand(name, what);
    command->add_option("REPO", given->server.repository, "The repository, OWNER/NAME")->required()->type_name("");
    command->add_option("RUN", given->run_id, "The run's id")->required()->type_name("")->check(CLI::PositiveNumber);
    add_remote_options(command, given->server);
    command->callback([given, action, &chosen] { chosen = [given, action](Console& console) { return action(given, console); }; });
    return command;
}

}  // namespace

void add_remote_files(CLI::App& remote, Action& chosen) {
    const auto for_logs = std::make_shared<Arguments>();
    CLI::App* command = add(remote, "logs", "Print the log of a job, or fetch those of a whole run as an archive", logs, for_logs, chosen);
    command->add_option("--job", for_logs->job_id, "A job's id, as `kahn remote jobs` lists it")->type_name("ID")->check(CLI::PositiveNumber);
    command->add_option("-o,--output", for_logs->to, "Write to this file, which must not exist")->type_name("FILE");

    const auto for_artifacts = std::make_shared<Arguments>();
    command = add(remote, "artifacts", "List the artifacts of a run, or fetch and unpack them", artifacts, for_artifacts, chosen);
    command->add_option("--name", for_artifacts->name, "Only this one")->type_name("NAME");
    command->add_option("--download", for_artifacts->to, "Unpack each into a directory of its own below this one")->type_name("DIR");
}

}  // namespace kahn::app
