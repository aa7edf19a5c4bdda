#include "config/keys.hpp"

#include "config/fields.hpp"
#include "config/matrix.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace kahn::config {
namespace {

constexpr std::size_t most_stages = 100'000;
constexpr std::size_t most_jobs = 1'000'000;

template <class>
struct MemberOf;
template <class T, class M>
struct MemberOf<M T::*> {
    using Class = T;
};

/// A row whose value goes into one member, by one of the types of fields.hpp.
template <auto Member, class Field>
constexpr auto key(std::string_view name, std::string_view fallback, std::string_view meaning) {
    using T = typename MemberOf<decltype(Member)>::Class;
    KeyRow<T> row;
    row.name = name;
    row.type = Field::type;
    row.fallback = fallback;
    row.meaning = meaning;
    row.schema = Field::schema;
    row.is_required = fallback.empty();
    row.read = [](const Value& value, T& out) { Field::read(value, out.*Member); };
    row.write = [](const T& value, DocumentBuilder& out) { Field::write(value.*Member, out); };
    row.has_default = [](const T& value) { return value.*Member == T().*Member; };
    return row;
}

// What the rows below nest.
struct StageList {
    static constexpr std::string_view type = "a list of stages";
    static constexpr std::string_view schema = R"({"type": "array", "minItems": 1, "maxItems": 100000, "items": {"$ref": "#/definitions/stage"}})";
    static void read(const Value& value, std::vector<PipelineStage>& out);
    static void write(const std::vector<PipelineStage>& stages, DocumentBuilder& out);
};
struct JobList {
    static constexpr std::string_view type = "a list of jobs";
    static constexpr std::string_view schema = R"({"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/job"}})";
    static void read(const Value& value, std::vector<PipelineJob>& out);
    static void write(const std::vector<PipelineJob>& jobs, DocumentBuilder& out);

private:
    static void expand(const Value& list, NodeId node, std::vector<PipelineJob>& out);
};
struct Conditions {
    static constexpr std::string_view type = "a mapping with branch, environment, custom";
    static constexpr std::string_view schema = R"({"anyOf": [{"type": "null"}, {"$ref": "#/definitions/conditions"}]})";
    static void read(const Value& value, StageConditions& out);
    static void write(const StageConditions& conditions, DocumentBuilder& out);
};

/// What a job writes about its own work; the members go into the job itself.
struct Reports {
    static constexpr std::string_view type = "a mapping with junit";
    static constexpr std::string_view schema = R"({"anyOf": [{"type": "null"}, {"$ref": "#/definitions/reports"}]})";
    static void read(const Value& value, PipelineJob& out);
    static void write(const PipelineJob& job, DocumentBuilder& out);

    static constexpr KeyRow<PipelineJob> key() {
        KeyRow<PipelineJob> row;
        row.name = "reports";
        row.type = type;
        row.fallback = "{}";
        row.meaning = "test results to read after the job's end";
        row.schema = schema;
        row.read = &Reports::read;
        row.write = &Reports::write;
        row.has_default = [](const PipelineJob& job) { return job.junit_reports.empty(); };
        return row;
    }
};

/// Becomes jobs while the file is read, and so is never written.
struct MatrixKey {
    static constexpr KeyRow<PipelineJob> key() {
        KeyRow<PipelineJob> row;
        row.name = "matrix";
        row.type = Matrix::type;
        row.fallback = "{}";
        row.meaning = "one job for each combination of values, which are variables";
        row.schema = Matrix::schema;
        row.read = [](const Value&, PipelineJob&) {};  // by JobList, once all of the job is known
        row.write = [](const PipelineJob&, DocumentBuilder&) {};
        row.has_default = [](const PipelineJob&) { return true; };
        return row;
    }
};

/// A workflow in place of commands.
struct Github {
    static constexpr std::string_view type = "a mapping with repo, workflow, ref, inputs, wait";
    static void read(const Value& value, PipelineJob& out);
    static void write(const PipelineJob& job, DocumentBuilder& out);

    static constexpr KeyRow<PipelineJob> key() {
        KeyRow<PipelineJob> row;
        row.name = "github";
        row.type = type;
        row.meaning = "a workflow on GitHub Actions that runs in place of commands";
        row.schema = R"({"$ref": "#/definitions/github"})";
        row.read = &Github::read;
        row.write = &Github::write;
        row.has_default = [](const PipelineJob& job) { return !job.github; };
        return row;
    }
};

/// Where the commands run; the members go into the job itself.
struct ExecutorKeys {
    static constexpr std::string_view type = "a mapping with wrap";
    static constexpr std::string_view schema = R"({"anyOf": [{"type": "null"}, {"$ref": "#/definitions/executor"}]})";
    static void read(const Value& value, PipelineJob& out);
    static void write(const PipelineJob& job, DocumentBuilder& out);

    static constexpr KeyRow<PipelineJob> key() {
        KeyRow<PipelineJob> row;
        row.name = "executor";
        row.type = type;
        row.fallback = "{}";
        row.meaning = "what starts the commands: words before each";
        row.schema = schema;
        row.read = &ExecutorKeys::read;
        row.write = &ExecutorKeys::write;
        row.has_default = [](const PipelineJob& job) { return job.wrap.empty(); };
        return row;
    }
};

using namespace fields;

/// Required, unless something else stands in their place: see check_work().
constexpr KeyRow<PipelineJob> commands_key() {
    auto row = key<&PipelineJob::commands, CommandList>(
        "commands", "", "run one after another, each in a shell; the first failure ends the attempt");
    row.is_required = false;
    row.has_default = [](const PipelineJob& job) { return job.commands.empty() && job.github; };
    return row;
}

constexpr std::array pipeline_rows{
    key<&Pipeline::name, Name>("name", "", "what the pipeline is called"),
    key<&Pipeline::description, Text>("description", "\"\"", "what it is for"),
    key<&Pipeline::variables, VariableMap>("variables", "{}", "exported to the environment of every command"),
    key<&Pipeline::secrets, VariableNameList>("secrets", "[]", "variables whose values are never shown or written"),
    key<&Pipeline::triggers, TriggerList>("triggers", "[]", "what may start it with --event"),
    key<&Pipeline::timeout, Timeout>("timeout", "7200", "how long the whole run may take"),
    key<&Pipeline::stages, StageList>("stages", "", "what it consists of"),
};

constexpr std::array stage_rows{
    key<&PipelineStage::name, Name>("name", "", "unique in the pipeline"),
    key<&PipelineStage::jobs, JobList>("jobs", "", "what the stage does"),
    key<&PipelineStage::dependencies, TextList>("dependencies", "[]", "stages that have to end before"),
    key<&PipelineStage::environment, ExpandedVariableMap>("environment", "{}", "variables over those of the pipeline"),
    key<&PipelineStage::allow_failure, Switch>("allow_failure", "false",
                                               "its failure neither stops others nor fails the run"),
    key<&PipelineStage::parallel, Switch>("parallel", "true",
                                          "false: jobs one after another, the first failure skips the rest"),
    key<&PipelineStage::conditions, Conditions>("conditions", "{}", "when the stage runs at all; all must hold"),
};

constexpr std::array condition_rows{
    key<&StageConditions::branch, OneOrManyTexts>("branch", "[]", "patterns, one of which matches the branch"),
    key<&StageConditions::environment, VariableMap>("environment", "{}", "variables that have just these values"),
    key<&StageConditions::custom, ConditionExpression>("custom", "\"\"", "an expression that holds"),
};

constexpr std::array report_rows{
    key<&PipelineJob::junit_reports, OneOrManyPatterns>("junit", "[]", "patterns of JUnit XML files"),
};

constexpr std::array github_rows{
    key<&GithubWorkflow::repo, RepositoryName>("repo", "", "where the workflow is"),
    key<&GithubWorkflow::workflow, WorkflowName>("workflow", "", "its file's name in .github/workflows, or its number"),
    key<&GithubWorkflow::ref, ExpandedText>("ref", "\"\"", "a branch or a tag; empty: the repository's default branch"),
    key<&GithubWorkflow::inputs, InputMap>("inputs", "{}", "what the workflow is given"),
    key<&GithubWorkflow::wait, Switch>("wait", "true", "false: the job has succeeded once the workflow has been started"),
};

constexpr std::array executor_rows{
    key<&PipelineJob::wrap, WordList>("wrap", "[]", "a program and its arguments; the command follows, or stands for ${KAHN_COMMAND}"),
};

constexpr std::array job_rows{
    key<&PipelineJob::name, Name>("name", "", "unique in its stage"),
    commands_key(),
    Github::key(),
    MatrixKey::key(),
    key<&PipelineJob::environment, ExpandedVariableMap>("environment", "{}", "variables over those of the stage"),
    key<&PipelineJob::artifacts, ArtifactList>("artifacts", "[]", "patterns of files to collect after success"),
    Reports::key(),
    key<&PipelineJob::dependencies, TextList>("dependencies", "[]",
                                              "jobs that have to succeed before: 'job', or 'stage.job'"),
    key<&PipelineJob::timeout, Timeout>("timeout", "3600", "how long one attempt may take"),
    key<&PipelineJob::retry_count, Count>("retry_count", "0", "further attempts after a failure or a timeout"),
    key<&PipelineJob::retry_delay, Delay>("retry_delay", "0", "the pause before the next attempt; doubles each time"),
    key<&PipelineJob::allow_failure, Switch>("allow_failure", "false", "its failure does not fail the stage"),
    key<&PipelineJob::working_directory, ExpandedText>("working_directory", "\"\"", "where the commands run"),
    ExecutorKeys::key(),
    key<&PipelineJob::leftovers, Leftovers>("leftovers", "\"kill\"", "what becomes of processes that the commands leave behind"),
};

/// "job keys are: allow_failure, artifacts, ..."
template <class T>
std::string key_list(std::string_view noun, std::span<const KeyRow<T>> rows) {
    std::vector<std::string> names;
    for (const KeyRow<T>& row : rows) names.emplace_back(row.name);
    std::sort(names.begin(), names.end());
    return std::string(noun) + " keys are: " + join(names, ", ");
}

template <class T>
void refuse_unknown(const Reading& reading, NodeId key, const std::string& where, std::string_view noun,
                    std::span<const KeyRow<T>> rows) {
    const std::string_view name = reading.document.text(key);
    std::vector<std::string> names;
    for (const KeyRow<T>& row : rows) names.emplace_back(row.name);
    const auto near = did_you_mean(name, names);
    reading.report.add(Problem(Code::unknown_key, reading.document[key].span,
                               "unknown key '" + printable(name.substr(0, 200)) + "' in " + where)
                           .with_label(near ? "did you mean '" + *near + "'?" : "")
                           .with_help(key_list(noun, rows)));
}

/// A job is done in one way: by commands or by a workflow, and what only commands can use is nothing to a workflow.
void check_work(const Reading& reading, NodeId job, const PipelineJob& its) {
    constexpr std::array<std::string_view, 6> of_commands{"commands", "artifacts", "reports", "working_directory", "executor", "leftovers"};
    const Document& document = reading.document;
    Owner owner{"job"};
    bool has_commands = false;
    bool has_github = false;
    const std::vector<Document::Member> members = document.members(job);
    for (const auto& [key, value] : members) {
        const std::string_view name = document.text(key);
        if (name == "name") owner.name = value;
        has_commands = has_commands || name == "commands";
        has_github = has_github || name == "github";
    }
    if (!has_commands && !has_github && !its.native) {
        reading.report.add(Problem(Code::missing_key, document[job].span, owner.describe(document) + " has no 'commands', nor 'github' in their place"));
    }
    if (!has_github) return;
    for (const auto& [key, value] : members) {
        const std::string_view name = document.text(key);
        if (std::find(of_commands.begin(), of_commands.end(), name) == of_commands.end()) continue;
        reading.report.add(Problem(Code::mixed_work, document[key].span,
                                   owner.describe(document) + " has '" + std::string(name) + "' beside 'github': its work is not done on this machine"));
    }
}

/// Calls `read` with each entry that is a mapping; refuses the others and says so.
template <class Read>
void read_entries(const Value& list, std::string_view type, std::string_view entry_type, Read read, auto incomplete) {
    const Document& document = list.document();
    if (list.is_nothing()) return list.refuse(Code::empty, "is empty");
    if ((*list).kind != Node::Kind::sequence) {
        incomplete();
        return list.refuse_kind(type, "each entry begins with '- name: '");
    }
    if (document.end(list.node()) == list.node() + 1) return list.refuse(Code::empty, "is empty");
    for (NodeId node = list.node() + 1; node != document.end(list.node()); node = document.next(node)) {
        if (document[node].kind == Node::Kind::mapping) {
            if (!read(node)) return incomplete();
        } else {
            list.entry(node).refuse_kind(entry_type);
            incomplete();
        }
    }
}

/// Entries of a list, for which room is made at once: they are large and would be moved again and again. No more than 4,096, for
/// what is no mapping is counted too.
std::size_t entries_to_expect(const Value& list) {
    constexpr std::size_t most = 4096;
    if ((*list).kind != Node::Kind::sequence) return 0;
    const Document& document = list.document();
    std::size_t count = 0;
    for (NodeId node = list.node() + 1; node != document.end(list.node()) && count < most; node = document.next(node)) ++count;
    return count;
}

void refuse_number(const Value& list, NodeId node, std::string_view limit) {
    list.reading().report.add(Problem(Code::too_many, list.document()[node].span, "more than " + std::string(limit)));
}

void StageList::read(const Value& value, std::vector<PipelineStage>& out) {
    Places& places = value.reading().places;
    out.reserve(entries_to_expect(value));
    read_entries(
        value, type, "a mapping with the keys of a stage",
        [&](NodeId node) {
            if (out.size() == most_stages) return refuse_number(value, node, "100,000 stages"), false;
            places.add_stage(node);
            read_members(value.reading(), node, Owner{"stage"}, "stage", stage_keys(), out.emplace_back());
            out.back().location = value.reading().location(node);
            if (out.back().name.empty()) places.stages_incomplete();
            return true;
        },
        [&] { places.stages_incomplete(); });
}

void JobList::read(const Value& value, std::vector<PipelineJob>& out) {
    Places& places = value.reading().places;
    out.reserve(entries_to_expect(value));
    read_entries(
        value, type, "a mapping with the keys of a job",
        [&](NodeId node) {
            if (places.job_count() == most_jobs) return refuse_number(value, node, "1,000,000 jobs"), false;
            places.add_job(node);
            read_members(value.reading(), node, Owner{"job"}, "job", job_keys(), out.emplace_back());
            check_work(value.reading(), node, out.back());
            out.back().location = value.reading().location(node);
            if (out.back().name.empty()) places.jobs_incomplete();
            expand(value, node, out);
            return true;
        },
        [&] { places.jobs_incomplete(); });
}

/// Makes the jobs of its matrix of the last job, if it has one.
void JobList::expand(const Value& list, NodeId node, std::vector<PipelineJob>& out) {
    const Document& document = list.document();
    Owner owner{"job"};
    NodeId matrix_node = 0;
    for (const auto& [key, value] : document.members(node)) {
        if (document.text(key) == "name") owner.name = value;
        if (document.text(key) == "matrix") matrix_node = value;
    }
    if (matrix_node == 0) return;
    const auto matrix = read_matrix(Value(list.reading(), matrix_node, "matrix", owner));
    if (!matrix || out.back().name.empty()) return;
    const std::size_t most = most_jobs - list.reading().places.job_count() + 1;
    expand_matrix(list.reading(), node, *matrix, most, out);
}

void Conditions::read(const Value& value, StageConditions& out) {
    if (value.is_nothing()) return;
    if ((*value).kind != Node::Kind::mapping) return value.refuse_kind(type);
    Owner owner = value.owner();
    owner.part = "the conditions of ";
    read_members(value.reading(), value.node(), owner, "condition", condition_keys(), out);
}

void Reports::read(const Value& value, PipelineJob& out) {
    if (value.is_nothing()) return;
    if ((*value).kind != Node::Kind::mapping) return value.refuse_kind(type);
    Owner owner = value.owner();
    owner.part = "the reports of ";
    read_members(value.reading(), value.node(), owner, "report", report_keys(), out);
}

void Github::read(const Value& value, PipelineJob& out) {
    out.github.emplace();
    if ((*value).kind != Node::Kind::mapping) return value.refuse_kind(type);
    Owner owner = value.owner();
    owner.part = "'github' of ";
    read_members(value.reading(), value.node(), owner, "github", github_keys(), *out.github);
}

void Github::write(const PipelineJob& job, DocumentBuilder& out) {
    write_members(*job.github, github_keys(), out);
}

void Reports::write(const PipelineJob& job, DocumentBuilder& out) {
    write_members(job, report_keys(), out);
}

void ExecutorKeys::read(const Value& value, PipelineJob& out) {
    if (value.is_nothing()) return;
    if ((*value).kind != Node::Kind::mapping) return value.refuse_kind(type);
    Owner owner = value.owner();
    owner.part = "the executor of ";
    read_members(value.reading(), value.node(), owner, "executor", executor_keys(), out);
}

void ExecutorKeys::write(const PipelineJob& job, DocumentBuilder& out) { write_members(job, executor_keys(), out); }

void StageList::write(const std::vector<PipelineStage>& stages, DocumentBuilder& out) {
    out.begin_sequence({});
    for (const PipelineStage& stage : stages) write_members(stage, stage_keys(), out);
    out.end();
}

void JobList::write(const std::vector<PipelineJob>& jobs, DocumentBuilder& out) {
    out.begin_sequence({});
    for (const PipelineJob& job : jobs) write_members(job, job_keys(), out);
    out.end();
}

void Conditions::write(const StageConditions& conditions, DocumentBuilder& out) {
    write_members(conditions, condition_keys(), out);
}

}  // namespace

std::span<const KeyRow<Pipeline>> pipeline_keys() noexcept { return pipeline_rows; }
std::span<const KeyRow<PipelineStage>> stage_keys() noexcept { return stage_rows; }
std::span<const KeyRow<StageConditions>> condition_keys() noexcept { return condition_rows; }
std::span<const KeyRow<PipelineJob>> job_keys() noexcept { return job_rows; }
std::span<const KeyRow<PipelineJob>> report_keys() noexcept { return report_rows; }
std::span<const KeyRow<GithubWorkflow>> github_keys() noexcept { return github_rows; }
std::span<const KeyRow<PipelineJob>> executor_keys() noexcept { return executor_rows; }

template <class T>
void read_members(const Reading& reading, NodeId mapping, Owner owner, std::string_view noun,
                  std::span<const KeyRow<T>> rows, T& out) {
    const Document& document = reading.document;
    const std::vector<Document::Member> members = document.members(mapping);
    if (owner.part.empty()) {
        for (const auto& [key, value] : members) {
            if (document.text(key) == "name") owner.name = value;
        }
    }
    std::uint64_t given = 0;  // a bit a row: no mapping has 64 keys
    for (const auto& [key, value] : members) {
        const std::string_view name = document.text(key);
        const auto row = std::find_if(rows.begin(), rows.end(), [&](const KeyRow<T>& r) { return r.name == name; });
        if (row != rows.end()) {
            given |= std::uint64_t{1} << static_cast<unsigned>(row - rows.begin());
            row->read(Value(reading, value, name, owner), out);
        } else if (!name.starts_with(free_key_prefix)) {
            refuse_unknown(reading, key, owner.describe(document), noun, rows);
        }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows[i].is_required || (given >> i & 1U) != 0) continue;
        reading.report.add(Problem(Code::missing_key, document[mapping].span,
                                   owner.describe(document) + " has no '" + std::string(rows[i].name) + "'"));
    }
}

template <class T>
void write_members(const T& value, std::span<const KeyRow<T>> rows, DocumentBuilder& out) {
    out.begin_mapping({});
    for (const KeyRow<T>& row : rows) {
        if (!row.is_required && row.has_default(value)) continue;
        out.text(row.name);
        row.write(value, out);
    }
    out.end();
}

template void read_members(const Reading&, NodeId, Owner, std::string_view, std::span<const KeyRow<Pipeline>>,
                           Pipeline&);
template void write_members(const Pipeline&, std::span<const KeyRow<Pipeline>>, DocumentBuilder&);

}  // namespace kahn::config
