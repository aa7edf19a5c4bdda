#pragma once

#include <kahn/manager/async_pipeline_manager.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace kahn::app {

struct Console;
class Settings;

/// What every `kahn remote` command may be told about the server.
struct RemoteArguments {
    std::string repository;  ///< OWNER/NAME
    std::optional<std::string> base_url;
    std::string token_file;
    std::optional<std::string> ca_file;
    std::vector<std::string> connect_to;
    bool insecure_http = false;
    bool as_json = false;
};

/// `--base-url`, `--token-file` and the others that say where the server is and who asks.
void add_server_options(CLI::App* command, RemoteArguments& given);

/// \throws UsageError
remote::RemoteOptions remote_options(const RemoteArguments& given, const Settings& settings);
/// The same for a program that drives a server; reads the settings.
AsyncOptions async_options(const RemoteArguments& given, Console& console);
/// OWNER/NAME. \throws UsageError
remote::Repository parse_repository(const std::string& text);

/// One operation on a server, on a loop of its own, with the signals of a program.
class RemoteSession {
public:
    using Operation = std::function<boost::asio::awaitable<AsyncPipelineResult>(AsyncPipelineManager&)>;

    RemoteSession(AsyncOptions options, Console& console);
    ~RemoteSession();
    RemoteSession(const RemoteSession&) = delete;
    RemoteSession& operator=(const RemoteSession&) = delete;

    /// A signal cancels the operation.
    AsyncPipelineResult run(const Operation& operation);
    /// 128 + n if a signal ended something, else 0.
    int signal_status() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The exit status that stands for what an operation came to. A run that is still going on is exit_still_running.
int exit_code(const AsyncPipelineResult& result);

/// The result as JSON on standard output, or its error on standard error. \return whether there is more to be written as text
bool report(const AsyncPipelineResult& result, bool as_json, Console& console);

}  // namespace kahn::app
