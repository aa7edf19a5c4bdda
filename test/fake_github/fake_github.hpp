#pragma once

#include "fake_github/faults.hpp"
#include "fake_github/recorder.hpp"
#include "fake_github/world.hpp"

#include <kahn/base/time.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn::testing {

/// Where a host of the fake is really found. What curl takes by `--connect-to`, and the client as a host override.
struct HostPlace {
    HostPlace() = default;

    std::string host;     ///< `api.gh.test`
    std::string address;  ///< `127.0.0.1`
    std::uint16_t port = 0;
};
static_assert(!std::is_aggregate_v<HostPlace>);

struct FakeOptions {
    FakeOptions() = default;

    /// Read from the server's thread: its system_now() once at the start, then now() alone, so that the server's time goes
    /// steadily. It must stand that; nothing waits by it. Nothing: the machine's.
    std::shared_ptr<Clock> clock;
    std::uint16_t api_port = 0;   ///< 0: any
    std::uint16_t blob_port = 0;
    std::uint16_t proxy_port = 0;
    bool has_proxy = false;
    /// The addresses that the server hands out carry its port; false: as if it were 443, for clients that map ports.
    bool ports_in_urls = true;
    std::string api_host = "api.gh.test";  ///< also in the certificate
    std::string html_host = "gh.test";
    std::string blob_host = "blob.test";
};
static_assert(!std::is_aggregate_v<FakeOptions>);

/// GitHub's Actions API on the loopback, over TLS, as faithful as a client can tell; see the sources for what it knows.
///
/// Two or three listeners at 127.0.0.1: the API (certificate for `api.gh.test`, `localhost`, 127.0.0.1), the host that
/// downloads are redirected to (`blob.test`), and on demand a CONNECT proxy. Certificates come from an authority that is made
/// for this one object. It has a thread of its own and no globals: there may be many.
///
/// \code
/// FakeGitHub server;
/// server.edit([](World& world) { world.repository("acme", "rocket").workflows[0].plan.visibility_delay = 2s; });
/// server.script(FaultRule("POST", "/dispatches$", nth(1), commit_then_drop()));
/// ...
/// BOOST_TEST(server.recorder().count(Listener::api, "POST", "/dispatches$") == 1U);
/// \endcode
///
/// \par Thread safety
/// Every member may be called from any thread, also while requests are served.
class FakeGitHub {
public:
    /// Begins with one public repository, `acme/rocket`, whose workflow `ci.yml` can be dispatched and takes any run of
    /// RunPlan, and the token `test-token` of the user `octocat`. Serves when it returns.
    /// \throws boost::system::system_error if it cannot listen
    explicit FakeGitHub(FakeOptions options = FakeOptions());
    /// Closes every connection, stalled ones too, and joins the thread.
    ~FakeGitHub();
    FakeGitHub(const FakeGitHub&) = delete;
    FakeGitHub& operator=(const FakeGitHub&) = delete;

    /// `https://api.gh.test:PORT`, with `/api/v3` behind it if the world is a GHES. A client needs hosts() to find it.
    std::string base_url() const;
    /// The same with 127.0.0.1 as the host, which the certificate covers as well.
    std::string numeric_base_url() const;
    std::uint16_t port(Listener listener) const;
    std::vector<HostPlace> hosts() const;
    /// `http://127.0.0.1:PORT`; empty without a proxy.
    std::string proxy_url() const;

    /// The authority's certificate, PEM.
    const std::string& ca_pem() const;
    /// The same in a file of a temporary folder, which goes with this object.
    const std::filesystem::path& ca_file() const;

    /// Reads or changes what the server knows; no request is answered meanwhile. Keep no references.
    void edit(const std::function<void(World&)>& change);
    /// The same, with the world's time, which starts_run() and others want.
    void edit_at(const std::function<void(World&, Milliseconds now)>& change);
    /// Time since the start by the injected clock: the time that runs are kept by.
    Milliseconds now() const;

    /// Makes a run of the repository's first workflow as if a push had, and returns its id.
    std::int64_t start_run(const std::string& owner, const std::string& name, const RunPlan& plan, const std::string& branch = "main");

    /// Adds to the script. Of several rules that match a request, the first whose turn it is happens; all count it.
    void script(FaultRule rule);
    void clear_script();
    /// For connections from now on.
    void greet(Listener listener, Greeting greeting);
    void set_proxy(ProxyRules rules);
    /// Closes kept connections that wait for a request, as a server does with idle ones.
    void close_idle();

    Recorder& recorder() noexcept;

private:
    class Server;
    std::shared_ptr<Server> server_;
};

}  // namespace kahn::testing
