#include "fake_github/problems.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace kahn::testing {

Response problem(unsigned status, std::string_view message, std::string_view documentation) {
    boost::json::object body;
    body["message"] = boost::json::string_view(message.data(), message.size());
    body["documentation_url"] = boost::json::string_view(documentation.data(), documentation.size());
    body["status"] = std::to_string(status);
    Response response(status, boost::json::serialize(body));
    response.set("Content-Type", "application/json; charset=utf-8");
    return response;
}

Response not_found() { return problem(404, "Not Found"); }

Response forbidden(bool is_integration, std::string_view permission) {
    auto response = problem(403, is_integration ? "Resource not accessible by integration"
                                                : "Resource not accessible by personal access token");
    response.set("X-Accepted-GitHub-Permissions", std::string(permission));
    return response;
}

Response blob_problem(unsigned status, std::string_view code, std::string_view message) {
    std::string body = "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>";
    body += code;
    body += "</Code><Message>";
    body += message;
    body += "</Message></Error>";
    Response response(status, std::move(body));
    response.set("Content-Type", "application/xml");
    response.set("x-ms-error-code", std::string(code));
    return response;
}

}  // namespace kahn::testing
