#pragma once

#include "fake_github/http.hpp"
#include "fake_github/target.hpp"
#include "fake_github/urls.hpp"
#include "fake_github/world.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <utility>

namespace kahn::testing {

/// One request that is being answered.
struct Call {
    Call(World& world_, const Urls& urls_, const Request& request_, const Target& target_, const Token* token_, Milliseconds now_)
        : world(world_), urls(urls_), request(request_), target(target_), token(token_), now(now_) {}

    World& world;
    const Urls& urls;
    const Request& request;
    const Target& target;
    const Token* token;  ///< null: anonymous
    Milliseconds now;
    std::string api_version;
};

inline Response json_response(unsigned status, const boost::json::value& value) {
    Response response(status, boost::json::serialize(value));
    response.set("Content-Type", "application/json; charset=utf-8");
    return response;
}

inline Response json_response(unsigned status, std::string text) {
    Response response(status, std::move(text));
    response.set("Content-Type", "application/json; charset=utf-8");
    return response;
}

}  // namespace kahn::testing
