#include "command.hpp"
#include "exit_code.hpp"
#include "option_checks.hpp"
#include "output.hpp"
#include "remote_file_session.hpp"
#include "remote_session.hpp"

#include "base/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

namespace kahn::app {

void add_remote_options(CLI::App* command, RemoteArguments& given);
void add_remote_files(CLI::App& remote, Action& chosen);

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct Arguments {
    RemoteArguments server;
    std::int64_t run_id = 0;
    std::string name;
    std::string to;
};
using Given = std::shared_ptr<Arguments>;

int artifacts(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    FileSession session(given->server, console);
    const auto found = session.run(session.client().artifacts(repository, given->run_id));
    if (!found) return session.fail(found.failure(), given->run_id);
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
            if (!file) return session.fail(file.failure(), given->run_id);
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
    command->add_option("RUN", given->run_id, "The run's id")->required()->type_name("")->check(id_number);
    add_remote_options(command, given->server);
    command->callback([given, action, &chosen] { chosen = [given, action](Console& console) { return action(given, console); }; });
    return command;
}

}  // namespace

void add_remote_files(CLI::App& remote, Action& chosen) {
    const auto for_artifacts = std::make_shared<Arguments>();
    CLI::App* const command = add(remote, "artifacts", "List the artifacts of a run, or fetch and unpack them", artifacts, for_artifacts, chosen);
    command->add_option("--name", for_artifacts->name, "Only this one")->type_name("NAME");
    command->add_option("--download", for_artifacts->to, "Unpack each into a directory of its own below this one")->type_name("DIR");
}

}  // namespace kahn::app
