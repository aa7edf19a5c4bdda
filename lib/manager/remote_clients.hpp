#pragma once

#include <kahn/remote/client.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace kahn {

/// Clients of one server, one a loop: all of them share limits and what is remembered of answers. Safe from any thread.
class RemoteClients {
public:
    /// \param place where everything is to run; nothing: on the loop of whoever asks, and a client lives as long as somebody uses it
    /// \throws Error (invalid_argument) if the options make no sense
    RemoteClients(std::optional<boost::asio::any_io_executor> place, remote::RemoteOptions options);
    RemoteClients(const RemoteClients&) = delete;
    RemoteClients& operator=(const RemoteClients&) = delete;

    std::shared_ptr<remote::Client> on(const boost::asio::any_io_executor& caller);
    /// For what needs no loop.
    const remote::Client& any() const noexcept { return *first_; }

private:
    boost::asio::io_context nowhere_;  // never run: the first client only holds what others share, if there is no place
    const bool has_place_;
    const std::shared_ptr<remote::Client> first_;
    std::mutex mutex_;
    std::map<boost::asio::execution_context*, std::weak_ptr<remote::Client>> clients_;
};

}  // namespace kahn
