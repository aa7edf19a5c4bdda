#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kahn::config {

/// What can be wrong with a pipeline file, or one of settings. The numbers are promises: one is never given to anything else.
enum class Code {
    unreadable = 1,
    encoding = 2,
    yaml_syntax = 3,
    json_syntax = 4,
    several_documents = 5,
    too_large = 6,
    too_deep = 7,
    bad_alias = 8,
    tag = 9,
    no_pipeline = 10,
    duplicate_key = 11,
    unknown_key = 12,
    missing_key = 13,
    wrong_type = 14,
    bad_merge = 15,
    bad_duration = 16,
    bad_number = 17,
    bad_boolean = 18,
    bad_trigger = 19,
    duplicate_name = 20,
    dependency_cycle = 21,
    missing_stage = 22,
    self_dependency = 23,
    duplicate_dependency = 24,
    missing_job = 25,
    unordered_job = 26,
    ambiguous_job = 27,
    later_job = 28,
    bad_name = 29,
    bad_variable_name = 30,
    bad_expression = 31,
    bad_expansion = 32,
    bad_artifact = 33,
    bad_text = 34,
    empty = 35,
    too_many = 36,
    bad_secret = 37,
    bad_matrix = 38,
    bad_env_file = 39,
    mixed_work = 40,
    bad_repository = 41,
    bad_workflow = 42,
    bad_choice = 43,
    personal_setting = 44,
    more_problems = 99,
};

/// `K012`
std::string to_string(Code code);

/// A code with what a person wants to know who meets it for the first time.
struct CodeRow {
    Code code;
    std::string_view title;
    std::string_view explanation;
};

/// Every code, by number.
std::span<const CodeRow> all_codes() noexcept;

}  // namespace kahn::config
