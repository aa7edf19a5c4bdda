#include "config/codes.hpp"

#include <cstdio>

namespace kahn::config {
namespace {

constexpr CodeRow rows[] = {
    {Code::unreadable, "the file cannot be read",
     "A pipeline file has to be a regular file of at most 64 MiB that this user may read. Devices, FIFOs and "
     "directories are "
     "refused without waiting on them."},
    {Code::encoding, "the file is not UTF-8 text",
     "A pipeline file is UTF-8 without control characters other than tabs and line ends. Write a control character "
     "that a value "
     "needs as an escape in double quotes: \"\\x1b[1m\"."},
    {Code::yaml_syntax, "the file is not YAML",
     "The text breaks YAML's grammar at this place. Most often it is the indentation, a tab, an unclosed quote or "
     "bracket, or a "
     "text with ': ' or ' #' in it that wants quotes."},
    {Code::json_syntax, "the file is not JSON",
     "The text breaks JSON's grammar at this place: RFC 8259, so no comments, no trailing commas, names in double "
     "quotes. A file "
     "that does not end in .json is read as YAML, which allows all that."},
    {Code::several_documents, "the file holds more than one document",
     "One file holds one pipeline. A second document, begun by '---' or by text after the end of the first, would be "
     "ignored, so "
     "it is refused."},
    {Code::too_large, "the file holds too many values",
     "At most 10,000,000 values are read from a file, and at most 100,000 by way of aliases. More is taken for a "
     "mistake or an "
     "attack, such as aliases of aliases of aliases."},
    {Code::too_deep, "the file is nested too deep", "Lists and mappings may be nested 64 deep. A pipeline needs 7."},
    {Code::bad_alias, "an alias contains itself",
     "An alias (*name) inside the value that its anchor (&name) marks would make a value without end."},
    {Code::tag, "a YAML tag",
     "Tags such as !!python/object or !include ask a reader to make something other than text, lists and mappings of a "
     "value. "
     "kahn reads every value as its key says, so only !!str, !!seq and !!map are allowed."},
    {Code::no_pipeline, "the file is no pipeline",
     "A pipeline is a mapping with the keys 'name' and 'stages'. This file is empty, or it is a list or a single "
     "value."},
    {Code::duplicate_key, "a key is given twice",
     "A mapping has each key once. YAML readers that allow more keep one of them silently; kahn refuses both "
     "readings."},
    {Code::unknown_key, "an unknown key",
     "Nothing in a pipeline file is ever silently ignored, so a key that kahn does not know is an error, most often a "
     "slip of the "
     "hand. Keys that begin with 'x-' are free: a place for anchors and notes."},
    {Code::missing_key, "a required key is missing",
     "A pipeline needs 'name' and 'stages', a stage 'name' and 'jobs', a job 'name' and 'commands'."},
    {Code::wrong_type, "a value is of the wrong kind",
     "A key takes a text, a list or a mapping, and this value is another of them. A command with ': ' in it reads as a "
     "mapping "
     "unless it stands in quotes; a list of one is written in brackets: [value]."},
    {Code::bad_merge, "a merge key without mapping",
     "'<<' takes the members of a mapping, or of a list of mappings, into the one it stands in: '<<: *base'."},
    {Code::bad_duration, "no duration, or one out of range",
     "A duration is a number of seconds (90, 0.5) or numbers with units, the greater first (90s, 10m, 1h30m, 2d, "
     "500ms). A timeout "
     "is at least 1 ms, every duration at most 30 days."},
    {Code::bad_number, "no whole number, or one out of range",
     "This key counts something: a decimal whole number from 0 to 2147483647. Octal (010), hexadecimal (0x10) and "
     "fractions are "
     "refused, because readers disagree about what they mean."},
    {Code::bad_boolean, "neither true nor false",
     "A switch is 'true' or 'false', without quotes. YAML 1.1's yes, no, on and off are texts in YAML 1.2, so they are "
     "refused "
     "rather than guessed."},
    {Code::bad_trigger, "no trigger, or one given twice",
     "A pipeline may be started by 'push', 'pull_request', 'manual' or 'schedule'."},
    {Code::duplicate_name, "a name is given twice",
     "Stages are known by their name within the pipeline, jobs within their stage: dependencies, logs and selections "
     "need it to be "
     "unique."},
    {Code::dependency_cycle, "a dependency cycle",
     "Each of these waits for the next one, and the last for the first: none could ever start. Take one of the "
     "dependencies out, or "
     "split what is needed from both sides into a stage or job of its own."},
    {Code::missing_stage, "a dependency on a stage that is not there",
     "'dependencies' of a stage are names of stages of this file. Their order in the file does not matter, upper and "
     "lower case "
     "do."},
    {Code::self_dependency, "a dependency on itself", "A stage or job that waits for itself could never start."},
    {Code::duplicate_dependency, "a dependency that is given twice",
     "It would change nothing, so it is most often a slip of the hand: another name was meant."},
    {Code::missing_job, "a dependency on a job that is not there",
     "'dependencies' of a job are names of jobs of the same stage, or 'stage.job' for a job of a stage that this stage "
     "depends on."},
    {Code::unordered_job, "a dependency on a job of a stage that may run later",
     "A job can depend on a job of another stage only if its own stage depends on that stage, directly or by way of "
     "others. Add the "
     "stage to the 'dependencies' of the stage."},
    {Code::ambiguous_job, "a dependency that can mean two jobs",
     "Names may hold dots, so 'a.b.c' can be job 'c' of stage 'a.b' or job 'b.c' of stage 'a'. Rename one of them."},
    {Code::later_job, "a dependency on a later job",
     "In a stage with 'parallel: false' jobs run one after another in the order of the file. One that waits for a "
     "later one could "
     "never start: change the order, or take 'parallel: false' out."},
    {Code::bad_name, "no usable name",
     "A name has 1 to 128 bytes, no control characters (they could steer a terminal) and no blanks at its ends."},
    {Code::bad_variable_name, "no usable name of a variable",
     "Variables are exported to the shell, so their names are letters, digits and underscores, the first one no digit, "
     "at most 128 "
     "bytes."},
    {Code::bad_expression, "a condition that is no expression",
     "'custom' takes success() failure() always() cancelled(), branch, env.NAME, variables.NAME and 'texts', with == "
     "!= =~ && || ! "
     "and parentheses: branch == 'main' && !failure()."},
    {Code::bad_expansion, "a ${NAME} that cannot be expanded",
     "No shell reads this field, so kahn replaces ${NAME} itself. '${' has to be closed and to hold the name of a "
     "variable; write $$ "
     "for a dollar."},
    {Code::bad_artifact, "an artifact outside the working directory",
     "Artifacts are collected from the working directory and what is below it: no absolute path, no '..'."},
    {Code::bad_text, "a text that nothing can hold",
     "Commands, variables and paths go through the operating system, whose texts end at a NUL byte; and every text of "
     "a pipeline is "
     "UTF-8."},
    {Code::empty, "nothing where something is needed",
     "A pipeline without stages, a stage without jobs, a job without commands or an empty command or pattern does "
     "nothing; kahn takes it for "
     "a mistake."},
    {Code::too_many, "too many stages, jobs or inputs",
     "A pipeline has at most 100,000 stages and 1,000,000 jobs, a workflow on GitHub at most 25 inputs."},
    {Code::mixed_work, "a job with two kinds of work",
     "A job is done by commands, by a workflow on GitHub ('github'), or by a coroutine of the program that embeds kahn. Of two there "
     "is no order; make two jobs. What belongs to commands on this machine (artifacts, reports, working_directory) has nothing to work on "
     "in the others."},
    {Code::bad_secret, "a secret that cannot be kept, or has no value",
     "'secrets' names variables whose values are never shown or written. Each is named once and needs a value before anything "
     "runs: from the environment that kahn was started in, --env-file, --var or 'variables'. No stage, job or pipeline may have "
     "the value in its name, because names are shown and are parts of names of files."},
    {Code::bad_matrix, "a matrix that makes no jobs, or one twice",
     "'matrix' makes one job of every combination of its variables' values: each value is given once, 'exclude' leaves some, and "
     "no variable is set by 'environment' of the job as well. 'include' adds to the combinations of which it changes no original "
     "value, or makes a new one, as GitHub Actions does."},
    {Code::bad_env_file, "a line of an --env-file that is no variable",
     "Each line is NAME=value, with 'export ' before it if one likes, empty, or a comment that begins with #. Values may stand in "
     "single quotes, where everything is itself, or in double quotes, with \\n \\r \\t \\\" \\\\ \\$; both may go over several "
     "lines. Nothing is expanded, and a name is given once."},
    {Code::bad_repository, "no repository of GitHub's",
     "'repo' of a job's 'github' is written as owner/name, in letters, digits, '.', '_' and '-'; the server is told to the program "
     "(--base-url), not in the file. ${NAME} is expanded."},
    {Code::bad_workflow, "no workflow of a repository",
     "'workflow' of a job's 'github' is the name of a file in .github/workflows without that folder (ci.yml), or the workflow's number."},
    {Code::bad_choice, "a word that is none of those to choose from",
     "The key takes one of a few words, which its message names. What becomes of processes that a job leaves behind: kill ends them, "
     "fail ends them and fails the job, keep lets them live until kahn ends."},
    {Code::personal_setting, "a setting that a project's file must not make",
     "A .kahn.yaml comes with a repository, from whoever wrote it. So it cannot say which server is sent your token (base_url), whom to "
     "trust for that server (ca_file), how well jobs have to be contained (require_containment), or keep runs outside of its own folder. "
     "Say it in your own file, whose name 'kahn config path' prints, by a KAHN_ variable, or on the command line."},
    {Code::more_problems, "more problems than are shown",
     "Only the first problems by position are kept. Correct these and look again."},
};

}  // namespace

std::string to_string(Code code) {
    char text[16];
    std::snprintf(text, sizeof text, "K%03d", static_cast<int>(code));
    return text;
}

std::span<const CodeRow> all_codes() noexcept { return rows; }

}  // namespace kahn::config
