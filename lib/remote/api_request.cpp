#include "remote/api_request.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace kahn::remote {

namespace json = boost::json;

HttpRequest make_api_request(std::string_view method, const Url& url, std::string body, const ApiHeaders& headers,
                             bool carries_token) {
    HttpRequest request;
    request.method = std::string(method);
    request.url = url.text();
    request.body = std::move(body);
    request.headers.add("User-Agent", headers.user_agent);
    request.headers.add("Accept", std::string(api_accept));
    request.headers.add("Accept-Encoding", "gzip");
    if (!carries_token) return request;
    request.headers.add("X-GitHub-Api-Version", headers.api_version);
    if (!headers.token.empty()) request.headers.add("Authorization", "Bearer " + headers.token);
    if (!request.body.empty()) request.headers.add("Content-Type", "application/json; charset=utf-8");
    if (request.method == "GET" && !headers.etag.empty()) request.headers.add("If-None-Match", headers.etag);
    return request;
}

HttpRequest make_download_request(const Url& url, const std::string& user_agent) {
    HttpRequest request;
    request.url = url.text();
    request.headers.add("User-Agent", user_agent);
    request.headers.add("Accept", "*/*");
    request.headers.add("Accept-Encoding", "identity");
    return request;
}

std::variant<std::string, RemoteFailure> repository_path(const Repository& repository) {
    const auto owner = path_segment(repository.owner);
    const auto name = path_segment(repository.name);
    if (!owner || !name) return RemoteFailure(ErrorKind::invalid_argument, "a repository is OWNER/NAME, neither of them empty or dots");
    return "/repos/" + *owner + "/" + *name;
}

std::variant<std::string, RemoteFailure> actions_path(const Repository& repository) {
    auto path = repository_path(repository);
    if (auto* const text = std::get_if<std::string>(&path)) *text += "/actions";
    return path;
}

std::string dispatch_body(const DispatchRequest& request, bool asks_for_details) {
    json::object body;
    body["ref"] = request.ref;
    if (!request.inputs.empty()) {
        json::object inputs;
        for (const auto& [name, value] : request.inputs) inputs[name] = value;
        body["inputs"] = std::move(inputs);
    }
    if (asks_for_details) body["return_run_details"] = true;
    return json::serialize(body);
}

std::string branch_of(std::string_view ref) {
    for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
        if (ref.starts_with(prefix)) return std::string(ref.substr(prefix.size()));
    }
    return std::string(ref);
}

Query runs_query(const RunFilter& filter) {
    constexpr std::size_t most_per_page = 100;
    Query query{{"actor", filter.actor},   {"branch", filter.branch},     {"event", filter.event},
                {"status", filter.status}, {"created", filter.created},   {"head_sha", filter.head_sha}};
    query.emplace_back("per_page", std::to_string(std::clamp<std::size_t>(filter.limit, 1, most_per_page)));
    if (!filter.with_pull_requests) query.emplace_back("exclude_pull_requests", "true");
    return query;
}

}  // namespace kahn::remote
