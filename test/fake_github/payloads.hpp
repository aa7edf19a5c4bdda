#pragma once

#include "fake_github/urls.hpp"
#include "fake_github/world.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace kahn::testing {

/// GitHub's JSON for what the world has, as it is at one instant.
class Payloads {
public:
    Payloads(const World& world, const Urls& urls, Milliseconds now) : world_(world), urls_(urls), now_(now) {}

    boost::json::object repository(const Repository& repository) const;
    boost::json::object workflow(const Repository& repository, const Workflow& workflow) const;
    boost::json::object run(const Repository& repository, const Run& run, bool has_pull_requests) const;
    /// Of the run's attempt.
    boost::json::object job(const Repository& repository, const Run& run, const JobPlan& job) const;
    boost::json::object artifact(const Repository& repository, const Run& run, const ArtifactPlan& artifact) const;
    boost::json::array pending_deployments(const Run& run) const;
    /// Of the group that the run is in, with the others in it.
    boost::json::object concurrency_groups(const Repository& repository, const Run& run) const;
    boost::json::object dispatch_details(const Repository& repository, const Run& run) const;

private:
    std::string api_of(const Repository& repository) const { return urls_.api + "/repos/" + repository.owner + "/" + repository.name; }
    std::string html_of(const Repository& repository) const { return urls_.html + "/" + repository.owner + "/" + repository.name; }
    boost::json::object user(const std::string& login) const;

    const World& world_;
    const Urls& urls_;
    Milliseconds now_;
};

}  // namespace kahn::testing
