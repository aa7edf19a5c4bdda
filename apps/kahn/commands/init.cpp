#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "project_templates.hpp"
#include "usage_error.hpp"
#include "values.hpp"

#include <kahn/base/error.hpp>
#include <kahn/config/load.hpp>
#include <kahn/config/schema.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <CLI/CLI.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace kahn::app {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    std::string file = "kahn.yaml";
    std::string kind = "auto";
};

/// Makes a file that is not there yet; one that is stays as it is.
void write_new_file(const fs::path& path, std::string_view text) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file && errno == EEXIST) throw UsageError(printable(path.native()) + " is there already, and stays as it is; another name: -o FILE");
    while (file && !text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR) break;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (!text.empty()) throw Error(Errc::write_failed, path.native() + ": " + std::generic_category().message(errno));
}

std::string name_of(const fs::path& directory) {
    const std::string name = slug(directory.filename().string());
    return name == "-" || name.empty() ? "pipeline" : name;
}

int init(const Arguments& given, Console& console) {
    std::vector<std::string> known = all_templates();
    known.emplace_back("auto");
    std::string kind = require_one_of("--template", given.kind, known);
    const fs::path file = given.file;
    if (config::format_of(file) != config::Format::yaml) throw UsageError("-o " + printable(given.file) + ": a pipeline file in YAML ends in .yaml or .yml");
    const fs::path directory = absolute_directory(file.parent_path());
    const ProjectFacts facts = look_at(directory);
    std::string others;
    if (kind == "auto") {
        kind = facts.kinds.empty() ? "empty" : facts.kinds.front();
        for (std::size_t i = 1; i < facts.kinds.size(); ++i) others += (others.empty() ? "" : ", ") + facts.kinds[i];
    }
    const fs::path schema = fs::path(".kahn") / "schema.json";
    write_new_file(file, make_pipeline_file(kind, name_of(directory), facts, schema.native()));
    std::error_code error;
    if (fs::create_directory(directory / ".kahn", error)) fs::permissions(directory / ".kahn", fs::perms::owner_all, error);
    write_file_atomically(directory / schema, config::json_schema());

    console.out.write("wrote " + printable(given.file) + " (template: " + kind + ") and, for editors, its schema to " + schema.native() + '\n');
    if (!others.empty()) console.out.write("this is also a project of: " + others + "; see --template\n");
    console.out.write("next: kahn run " + printable(given.file) + '\n');
    return exit_success;
}

}  // namespace

void add_init(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("init", "Write a first pipeline file for the project in this directory");
    command->add_option("-o,--output", given->file, "The file to make (default kahn.yaml); one that is there is never touched")->type_name("FILE");
    command->add_option("--template", given->kind, "cmake, node, python, go, rust, empty, or auto (default): what the directory looks like")->type_name("KIND");
    command->footer("Examples:\n  kahn init\n  kahn init --template cmake -o ci.yaml");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return init(*given, console); }; });
}

}  // namespace kahn::app
