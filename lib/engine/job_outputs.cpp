#include "engine/job_outputs.hpp"

#include <kahn/base/error.hpp>

#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "model/name.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

namespace kahn {
namespace {

constexpr std::string_view reserved_prefix = "KAHN_";

[[noreturn]] void refuse(std::size_t line, const std::string& what) {
    throw Error(Errc::invalid_argument, "KAHN_OUTPUT, line " + std::to_string(line) + ": " + what);
}

[[noreturn]] void refuse_file(const std::string& what) { throw Error(Errc::invalid_argument, "KAHN_OUTPUT: " + what); }

void require_name(std::string_view name, std::size_t line) {
    if (!is_variable_name(name)) refuse(line, "'" + printable(name) + "' is no name: letters, digits and _, not a digit first");
    if (name.starts_with(reserved_prefix)) refuse(line, "'" + std::string(name) + "' is kahn's own: names that begin with KAHN_ are");
}

/// Hands out lines without their ends, and counts them.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}

    bool at_end() const noexcept { return rest_.empty(); }
    std::size_t number() const noexcept { return number_; }
    std::string_view next() {
        const auto end = rest_.find('\n');
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++number_;
        return line;
    }

private:
    std::string_view rest_;
    std::size_t number_ = 0;
};

std::string read_block(Lines& lines, std::string_view name, std::string_view delimiter) {
    const std::size_t began = lines.number();
    std::string value;
    for (bool is_first = true; !lines.at_end(); is_first = false) {
        const std::string_view line = lines.next();
        if (line == delimiter) return value;
        if (!is_first) value += '\n';
        value += line;
    }
    refuse(began, "the value of '" + std::string(name) + "' is not ended by a line '" + printable(delimiter) + "'");
}

}  // namespace

Variables parse_outputs(std::string_view text) {
    Variables values;
    Lines lines(text);
    while (!lines.at_end()) {
        const std::string_view line = lines.next();
        if (line.empty()) continue;
        if (line.find('\0') != std::string_view::npos) refuse(lines.number(), "a NUL byte cannot be in a variable");
        const auto equals = line.find('=');
        const auto arrows = line.find("<<");
        if (equals == std::string_view::npos && arrows == std::string_view::npos) {
            refuse(lines.number(), "'" + printable(line.substr(0, 80)) + "' is neither NAME=value nor NAME<<END");
        }
        if (equals < arrows) {
            require_name(line.substr(0, equals), lines.number());
            values.insert_or_assign(std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)));
            continue;
        }
        const std::string_view name = line.substr(0, arrows);
        const std::string_view delimiter = line.substr(arrows + 2);
        require_name(name, lines.number());
        if (delimiter.empty()) refuse(lines.number(), "after << there is no word that ends the value");
        std::string value = read_block(lines, name, delimiter);
        if (value.find('\0') != std::string::npos) refuse(lines.number(), "a NUL byte cannot be in a variable");
        values.insert_or_assign(std::string(name), std::move(value));
    }
    return values;
}

std::string format_outputs(const Variables& values) {
    std::string text;
    for (const auto& [name, value] : values) {
        std::string end = "END";
        while (value.find(end) != std::string::npos) end += '_';
        text += name + "<<" + end + '\n';
        if (!value.empty()) text += value + '\n';
        text += end + '\n';
    }
    return text;
}

void require_output(std::string_view name, std::string_view value) {
    const std::string quoted = "output '" + printable(name) + "'";
    if (!is_variable_name(name)) throw Error(Errc::invalid_argument, quoted + " is no name: letters, digits and _, not a digit first");
    if (name.starts_with(reserved_prefix)) throw Error(Errc::invalid_argument, quoted + " is kahn's own: names that begin with KAHN_ are");
    if (value.find('\0') != std::string_view::npos) throw Error(Errc::invalid_argument, quoted + ": a NUL byte cannot be in a variable");
    if (value.size() > most_output_bytes) throw Error(Errc::invalid_argument, quoted + ": more than 1 MiB");
}

void append_outputs(const std::filesystem::path& file, const Variables& values) {
    if (values.empty()) return;
    std::ofstream out(file, std::ios::app | std::ios::binary);
    out << format_outputs(values);
    out.close();
    if (!out) throw Error(Errc::write_failed, "cannot write outputs to " + file.string());
}

Variables take_outputs(const std::filesystem::path& file) {
    // O_NONBLOCK: a job may have put a FIFO there.
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!fd && errno == ENOENT) return {};
    const int error = errno;
    ::unlink(file.c_str());
    struct stat status {};
    if (!fd) refuse_file(std::generic_category().message(error));
    if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) refuse_file("it is not a regular file any more");
    std::string text;
    text.resize(most_output_bytes + 1);
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = ::read(fd.get(), text.data() + size, text.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) refuse_file(std::generic_category().message(errno));
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    if (size > most_output_bytes) refuse_file("more than 1 MiB");
    text.resize(size);
    return parse_outputs(text);
}

}  // namespace kahn
