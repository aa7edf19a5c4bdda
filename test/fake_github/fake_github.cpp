#include "fake_github/fake_github.hpp"

#include "fake_github/certificates.hpp"
#include "fake_github/fault_script.hpp"
#include "fake_github/network.hpp"
#include "fake_github/problems.hpp"
#include "fake_github/service.hpp"

#include <atomic>
#include <exception>
#include <fstream>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>

namespace kahn::testing {

namespace {

/// A folder of one's own, which goes with its owner.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::random_device random;
        const auto base = std::filesystem::temp_directory_path();
        do {
            path_ = base / ("fake-github-" + std::to_string(random()));
        } while (!std::filesystem::create_directory(path_));
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace

class FakeGitHub::Server final : public Answerer {
public:
    explicit Server(FakeOptions options)
        : options_(std::move(options)), clock_(options_.clock ? options_.clock : real_clock()), start_(clock_->now()),
          ca_file_(folder_.path() / "ca.pem"), service_(world_, Urls()) {
        world_.epoch = clock_->system_now();
        std::ofstream file(ca_file_, std::ios::binary);
        file << authority_.pem();
        file.close();
        if (!file) throw std::runtime_error("cannot write " + ca_file_.string());
        NetworkOptions wanted;
        wanted.ports = {{Listener::api, options_.api_port}, {Listener::blob, options_.blob_port}};
        if (options_.has_proxy) wanted.ports[Listener::proxy] = options_.proxy_port;
        wanted.hosts[Listener::api] = {options_.api_host, "127.0.0.1", "localhost"};
        wanted.hosts[Listener::blob] = {options_.blob_host};
        // Requests wait at the mutex until the addresses are known.
        const std::lock_guard lock(mutex_);
        network_.emplace(std::move(wanted), *this, recorder_, authority_);
        place_urls();
    }

    WirePlan answer(Listener listener, std::uint64_t connection, Request request) override {
        RecordedRequest record;
        record.listener = listener;
        record.method = request.method;
        record.target = request.target;
        record.headers = request.headers;
        record.body = request.body;
        record.connection = connection;
        record.time = clock_->now();
        const auto index = recorder_.add(std::move(record));

        const std::lock_guard lock(mutex_);
        recorder_.request_begun(world_.limits.most_at_once);
        const auto fault = script_.next(listener, request.method, request.target);
        Response response(200);
        if (!fault || fault->is_handled) {
            response = honest(listener, request);
        } else {
            response.set("X-GitHub-Request-Id", "FA17:" + std::to_string(index));
        }
        auto plan = plan_response(request, std::move(response), fault.value_or(Fault()), world_.compresses);
        recorder_.set_outcome(index, status_of(plan), fault.has_value());
        return plan;
    }
    void answered() override { recorder_.request_ended(); }

    Milliseconds now() const { return std::chrono::duration_cast<Milliseconds>(clock_->now() - start_); }

    void edit(const std::function<void(World&, Milliseconds)>& change) {
        const std::lock_guard lock(mutex_);
        change(world_, now());
        service_.forget();
        place_urls();
    }
    void script(FaultRule rule) {
        const std::lock_guard lock(mutex_);
        script_.add(std::move(rule));
    }
    void clear_script() {
        const std::lock_guard lock(mutex_);
        script_.clear();
    }
    std::string api_url(const std::string& host) const {
        const std::lock_guard lock(mutex_);
        return "https://" + host + ":" + std::to_string(network_->port(Listener::api)) + service_.urls().prefix;
    }

    Network& network() noexcept { return *network_; }
    Recorder& recorder() noexcept { return recorder_; }
    const FakeOptions& options() const noexcept { return options_; }
    const CertificateAuthority& authority() const noexcept { return authority_; }
    const std::filesystem::path& ca_file() const noexcept { return ca_file_; }

private:
    static unsigned status_of(const WirePlan& plan) {
        const auto place = plan.bytes.find("HTTP/1.1 ", plan.bytes.starts_with("HTTP/1.1 100") ? 12 : 0);
        return place == std::string::npos || plan.bytes.size() < place + 12 ? 0U
                                                                            : static_cast<unsigned>(std::stoul(plan.bytes.substr(place + 9, 3)));
    }
    Response honest(Listener listener, const Request& request) {
        try {
            return listener == Listener::blob ? service_.answer_blob(request, now()) : service_.answer_api(request, now());
        } catch (const std::exception& error) {
            recorder_.add_breach(std::string("the fake server failed: ") + error.what());
            return problem(500, "Server Error");
        }
    }
    void place_urls() {
        const auto port = [this](Listener listener) {
            return options_.ports_in_urls ? ":" + std::to_string(network_->port(listener)) : std::string();
        };
        Urls urls;
        urls.prefix = world_.ghes_version.empty() ? "" : "/api/v3";
        urls.api = "https://" + options_.api_host + port(Listener::api) + urls.prefix;
        urls.html = "https://" + options_.html_host;
        urls.blob = "https://" + options_.blob_host + port(Listener::blob);
        service_.set_urls(std::move(urls));
    }

    FakeOptions options_;
    std::shared_ptr<Clock> clock_;
    SteadyTime start_;
    TemporaryFolder folder_;
    std::filesystem::path ca_file_;
    CertificateAuthority authority_;
    Recorder recorder_;
    mutable std::mutex mutex_;  ///< of what follows but the network
    World world_;
    Service service_;
    FaultScript script_;
    std::optional<Network> network_;  ///< last: its thread uses all the others
};

FakeGitHub::FakeGitHub(FakeOptions options) : server_(std::make_shared<Server>(std::move(options))) {}

FakeGitHub::~FakeGitHub() = default;

std::string FakeGitHub::base_url() const { return server_->api_url(server_->options().api_host); }

std::string FakeGitHub::numeric_base_url() const { return server_->api_url("127.0.0.1"); }

std::uint16_t FakeGitHub::port(Listener listener) const { return server_->network().port(listener); }

std::vector<HostPlace> FakeGitHub::hosts() const {
    std::vector<HostPlace> places(2);
    places[0].host = server_->options().api_host;
    places[0].port = port(Listener::api);
    places[1].host = server_->options().blob_host;
    places[1].port = port(Listener::blob);
    for (auto& place : places) place.address = "127.0.0.1";
    return places;
}

std::string FakeGitHub::proxy_url() const {
    const auto number = port(Listener::proxy);
    return number == 0 ? std::string() : "http://127.0.0.1:" + std::to_string(number);
}

const std::string& FakeGitHub::ca_pem() const { return server_->authority().pem(); }

const std::filesystem::path& FakeGitHub::ca_file() const { return server_->ca_file(); }

void FakeGitHub::edit(const std::function<void(World&)>& change) {
    server_->edit([&change](World& world, Milliseconds) { change(world); });
}

void FakeGitHub::edit_at(const std::function<void(World&, Milliseconds now)>& change) { server_->edit(change); }

Milliseconds FakeGitHub::now() const { return server_->now(); }

std::int64_t FakeGitHub::start_run(const std::string& owner, const std::string& name, const RunPlan& plan, const std::string& branch) {
    std::int64_t id = 0;
    server_->edit([&](World& world, Milliseconds now) {
        auto& repository = world.repository(owner, name);
        id = world.start_run(repository, repository.workflows.at(0), plan, branch, "octocat", now).id;
    });
    return id;
}

void FakeGitHub::script(FaultRule rule) { server_->script(std::move(rule)); }

void FakeGitHub::clear_script() { server_->clear_script(); }

void FakeGitHub::greet(Listener listener, Greeting greeting) { server_->network().greet(listener, greeting); }

void FakeGitHub::set_proxy(ProxyRules rules) { server_->network().set_proxy(std::move(rules)); }

void FakeGitHub::close_idle() { server_->network().close_idle(); }

Recorder& FakeGitHub::recorder() noexcept { return server_->recorder(); }

}  // namespace kahn::testing
