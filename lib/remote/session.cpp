#include "remote/session.hpp"

#include "remote/watch_hub.hpp"

#include <utility>

namespace kahn::remote {

Session::Session(std::shared_ptr<const Settings> settings_, std::shared_ptr<Origin> origin_, std::shared_ptr<Transport> transport_)
    : settings(std::move(settings_)),
      origin(std::move(origin_)),
      transport(std::move(transport_)),
      random_(settings->options.random_seed ? *settings->options.random_seed : std::random_device{}()) {}

Session::~Session() = default;

double Session::chance() { return std::uniform_real_distribution<double>{0.0, 1.0}(random_); }

}  // namespace kahn::remote
