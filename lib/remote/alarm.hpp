#pragma once

#include <kahn/base/time.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace kahn::remote {

/// Calls something at a time of a Clock that may be moved and called off. Used on one strand only.
class Alarm {
public:
    Alarm(boost::asio::any_io_executor executor, std::shared_ptr<Clock> clock);
    /// Calls it off.
    ~Alarm();
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    /// In place of what was set before.
    void set(SteadyTime at, std::function<void()> ring);
    void call_off();

private:
    struct Setting;
    boost::asio::any_io_executor executor_;
    std::shared_ptr<Clock> clock_;
    std::shared_ptr<Setting> setting_;
};

}  // namespace kahn::remote
