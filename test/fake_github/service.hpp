#pragma once

#include "fake_github/blob_store.hpp"
#include "fake_github/call.hpp"
#include "fake_github/http.hpp"
#include "fake_github/urls.hpp"
#include "fake_github/world.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace kahn::testing {

/// GitHub's behaviour: a request and a time in, a response out. No socket, no thread, no clock.
class Service {
public:
    Service(World& world, Urls urls) : world_(world), urls_(std::move(urls)) {}

    /// \param now  the world's time; never before that of the call before
    Response answer_api(const Request& request, Milliseconds now);
    Response answer_blob(const Request& request, Milliseconds now);

    void set_urls(Urls urls);
    const Urls& urls() const noexcept { return urls_; }
    /// The world was changed from outside: texts that were kept are worth nothing.
    void forget() { kept_runs_.clear(); }

private:
    struct KeptRun {
        KeptRun() = default;

        std::string stamp;
        std::string text;
    };

    Response answer_known(Call& call);
    Response route(Call& call);
    Response in_repository(Call& call, Repository& repository, std::size_t first);
    Response in_actions(Call& call, Repository& repository, std::size_t first);
    Response in_workflow(Call& call, Repository& repository, std::size_t first);
    Response in_run(Call& call, Repository& repository, std::size_t first);
    Response in_job(Call& call, Repository& repository, std::size_t first);
    Response in_artifact(Call& call, Repository& repository, std::size_t first);
    Response list_runs(const Call& call, Repository& repository, std::optional<std::int64_t> workflow_id);
    Response list_jobs(const Call& call, Repository& repository, const std::vector<const Run*>& attempts);
    Response list_artifacts(const Call& call, Repository& repository, const Run& run);
    Response rate_limit(const Call& call);
    Response redirect_to_blob(const Call& call, const std::string& path, std::string bytes, std::string content_type);
    const std::string& run_text(const Call& call, const Repository& repository, const Run& run, bool has_pull_requests);
    void decorate(const Call& call, Response& response, Quota* quota, std::int64_t limit);
    void make_conditional(const Call& call, Response& response, Quota* quota);

    World& world_;
    Urls urls_;
    BlobStore blobs_;
    std::map<std::string, KeptRun> kept_runs_;
    std::uint64_t requests_ = 0;
};

}  // namespace kahn::testing
