#include "remote_session.hpp"

#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "signal_watch.hpp"
#include "usage_error.hpp"

#include <kahn/model/attempt.hpp>

#include "base/files.hpp"
#include "base/text.hpp"
#include "remote/ascii.hpp"

#include <CLI/CLI.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace kahn::app {

namespace asio = boost::asio;

namespace {

/// HOST:PORT:ADDRESS:PORT, as curl's --connect-to; an IPv6 address in brackets.
remote::HostOverride parse_connect_to(const std::string& text) {
    std::vector<std::string> parts(1);
    bool is_bracketed = false;
    for (const char c : text) {
        if (c == '[' || c == ']') is_bracketed = c == '[';
        else if (c == ':' && !is_bracketed) parts.emplace_back();
        else parts.back() += c;
    }
    if (parts.size() != 4 || parts[0].empty() || parts[2].empty()) {
        throw UsageError("--connect-to wants HOST:PORT:ADDRESS:PORT, not '" + printable(text) + "'");
    }
    for (const std::size_t port : {std::size_t{1}, std::size_t{3}}) {
        const auto number = parts[port].empty() ? std::optional<std::int64_t>(1) : remote::parse_number(parts[port]);
        if (!number || *number < 1 || *number > 65535) throw UsageError("--connect-to '" + printable(text) + "': '" + printable(parts[port]) + "' is no port");
    }
    return remote::HostOverride(parts[0], parts[1], parts[2], parts[3]);
}

std::string read_token(const std::string& file) {
    constexpr std::size_t longest = 16U << 10;
    std::string token = read_regular_file(file, longest);
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
    if (token.empty()) throw UsageError("--token-file '" + printable(file) + "' is empty");
    return token;
}

std::string kind_of(const AsyncPipelineResult& result) {
    if (!result.data) return {};
    const auto* const kind = result.data->if_contains("error_kind");
    const auto* const text = kind ? kind->if_string() : nullptr;
    return text ? std::string(*text) : std::string();
}

std::string text_in(const AsyncPipelineResult& result, std::string_view key) {
    const auto* const value = result.data ? result.data->if_contains(key) : nullptr;
    const auto* const text = value ? value->if_string() : nullptr;
    return text ? std::string(*text) : std::string();
}

}  // namespace

remote::RemoteOptions remote_options(const RemoteArguments& given, const Settings& settings) {
    remote::RemoteOptions options;
    options.base_url = settings.value(Setting::base_url, given.base_url);
    if (!given.token_file.empty()) options.api_token = remote::Secret(read_token(given.token_file));
    options.network.ca_file = settings.value(Setting::ca_file, given.ca_file);
    options.network.insecure_http = given.insecure_http;
    for (const std::string& text : given.connect_to) options.network.overrides.push_back(parse_connect_to(text));
    return options;
}

AsyncOptions async_options(const RemoteArguments& given, Console& console) {
    AsyncOptions options;
    options.remote = remote_options(given, load_settings(console));
    return options;
}

void add_server_options(CLI::App* command, RemoteArguments& given) {
    command->add_option("--base-url", given.base_url, "The server (default: CI_CD_API_URL, GITHUB_API_URL, https://api.github.com)")->type_name("URL");
    command->add_option("--token-file", given.token_file, "A file that holds the token (default: CI_CD_API_TOKEN, GH_TOKEN, ...)")->type_name("FILE");
    command->add_option("--cacert", given.ca_file, "Certificate authorities beside the system's, PEM")->type_name("FILE");
    command->add_option("--connect-to", given.connect_to, "Find HOST:PORT at ADDRESS:PORT; may be repeated")->type_name("HOST:PORT:ADDRESS:PORT")->allow_extra_args(false);
    command->add_flag("--insecure-http", given.insecure_http, "Allow http:// to other machines, without a token");
}

remote::Repository parse_repository(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == 0 || slash == std::string::npos || slash + 1 == text.size() || text.find('/', slash + 1) != std::string::npos) {
        throw UsageError("a repository is OWNER/NAME, not '" + printable(text) + "'");
    }
    return remote::Repository(text.substr(0, slash), text.substr(slash + 1));
}

struct RemoteSession::Impl {
    Impl(AsyncOptions options, Console& console_) : console(console_) {
        options.log_level = LogLevel::warning;
        // Errors come as results.
        options.log_sink = [this](LogLevel level, std::string_view line) {
            if (level == LogLevel::warning) console.complain(printable(line));
        };
        manager = std::make_unique<AsyncPipelineManager>(context.get_executor(), std::move(options));
    }

    void heard(const std::string& name) {
        console.stop.raise();
        asio::post(context, [this, name] {
            last_signal = name;
            is_to_be_cancelled = true;
        });
    }

    /// Says that the operation has begun: a signal that is emitted before would be lost.
    static asio::awaitable<AsyncPipelineResult> begin(Impl* impl, asio::awaitable<AsyncPipelineResult> operation) {
        impl->has_begun = true;
        co_return co_await std::move(operation);
    }

    Console& console;
    asio::io_context context{1};
    std::unique_ptr<AsyncPipelineManager> manager;
    asio::cancellation_signal signal;
    std::string last_signal;
    bool is_to_be_cancelled = false;
    bool has_begun = false;
    std::unique_ptr<SignalWatch> watch;  // the last: its thread uses all the others
};

RemoteSession::RemoteSession(AsyncOptions options, Console& console) : impl_(std::make_unique<Impl>(std::move(options), console)) {
    impl_->watch = std::make_unique<SignalWatch>(SignalWatch::Ears([impl = impl_.get()](int, const std::string& name) { impl->heard(name); }));
}

RemoteSession::~RemoteSession() = default;

AsyncPipelineResult RemoteSession::run(const Operation& operation) {
    AsyncPipelineResult result;
    std::exception_ptr failure;
    bool is_over = false;
    Impl& impl = *impl_;
    impl.context.restart();
    impl.has_begun = false;
    impl.is_to_be_cancelled = false;
    asio::co_spawn(impl.context, Impl::begin(&impl, operation(*impl.manager)),
                   asio::bind_cancellation_slot(impl.signal.slot(), [&](std::exception_ptr thrown, AsyncPipelineResult value) {
                       failure = std::move(thrown);
                       result = std::move(value);
                       is_over = true;
                   }));
    while (!is_over && impl.context.run_one() > 0) {
        if (is_over || !impl.has_begun || !std::exchange(impl.is_to_be_cancelled, false)) continue;
        impl.signal.emit(asio::cancellation_type::terminal);
    }
    if (failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const boost::system::system_error&) {  // cancelled before it had anything to tell
            result.status = PipelineStatus::failure;
            result.error = "cancelled";
            boost::json::object data;
            data["error_kind"] = "cancelled";
            result.data = std::move(data);
        }
    }
    return result;
}

int RemoteSession::signal_status() const {
    for (int number = 1; number < 32; ++number) {
        if (signal_name(number) == impl_->last_signal) return 128 + number;
    }
    return 0;
}

int exit_code(const AsyncPipelineResult& result) {
    if (result.error) {
        const std::string kind = kind_of(result);
        if (kind == "auth" || kind == "forbidden") return exit_remote_permission;
        if (kind == "rejected" || kind == "not_found" || kind == "conflict" || kind == "gone" || kind == "invalid_argument") return exit_usage;
        if (kind == "cancelled") return exit_interrupted;
        if (kind == "superseded") return exit_job_failed;
        const std::string last = text_in(result, "last_known_status");
        if (kind == "timeout" && !last.empty() && last != "unknown") return exit_still_running;
        return exit_remote_transport;
    }
    switch (result.status) {
        case PipelineStatus::success: return exit_success;
        case PipelineStatus::pending:
        case PipelineStatus::running: return exit_still_running;
        case PipelineStatus::skipped: return exit_nothing_selected;
        default: return exit_job_failed;
    }
}

bool report(const AsyncPipelineResult& result, bool as_json, Console& console) {
    if (as_json) {
        console.out.write(boost::json::serialize(result.to_json()) + '\n');
        return false;
    }
    if (!result.error) return true;
    console.complain(printable(*result.error));
    for (const auto* const key : {"last_error", "request_id", "hint"}) {
        const std::string text = text_in(result, key);
        if (!text.empty()) console.complain(std::string(key) + ": " + printable(text));
    }
    return false;
}

}  // namespace kahn::app
