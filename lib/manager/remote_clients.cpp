#include "manager/remote_clients.hpp"

#include <utility>

namespace kahn {

namespace asio = boost::asio;
using remote::Client;

RemoteClients::RemoteClients(std::optional<asio::any_io_executor> place, remote::RemoteOptions options)
    : has_place_(place.has_value()),
      first_(std::make_shared<Client>(place ? *place : asio::any_io_executor(nowhere_.get_executor()), std::move(options))) {}

std::shared_ptr<Client> RemoteClients::on(const asio::any_io_executor& caller) {
    if (has_place_) return first_;
    const std::lock_guard lock(mutex_);
    std::erase_if(clients_, [](const auto& entry) { return entry.second.expired(); });
    auto& place = clients_[&asio::query(caller, asio::execution::context)];
    auto client = place.lock();
    if (!client) {
        client = std::make_shared<Client>(first_->on(caller));
        place = client;
    }
    return client;
}

}  // namespace kahn
