#pragma once

#include <kahn/model/pipeline.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace kahn {

constexpr std::size_t most_output_bytes = std::size_t{1} << 20U;

/// What a job says in the file that `$KAHN_OUTPUT` names: lines `NAME=value`, or for values of several lines
///
///     NAME<<END
///     one
///     two
///     END
///
/// Of two lines with one name the last one counts; empty lines are nothing.
/// \throws Error (invalid_argument) with the line's number and what is wrong with it
Variables parse_outputs(std::string_view text);

/// Text that parse_outputs() reads into the same values.
std::string format_outputs(const Variables& values);

/// Adds outputs to those that such a file has already.
/// \throws Error (write_failed)
void append_outputs(const std::filesystem::path& file, const Variables& values);

/// \throws Error (invalid_argument) for a name or a value that no such file can hold
void require_output(std::string_view name, std::string_view value);

/// Reads such a file and removes it. No file: no outputs.
/// \throws Error (invalid_argument) as above, and for more than 1 MiB or what is no regular file
Variables take_outputs(const std::filesystem::path& file);

}  // namespace kahn
