#include "remote/alarm.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace kahn::remote {

namespace asio = boost::asio;

struct Alarm::Setting {
    SteadyTime at;
    asio::cancellation_signal signal;
    bool is_off = false;     // also for a cancellation that comes before the sleep has begun
    bool is_asleep = false;  // only then there is something that the signal can wake

    static asio::awaitable<void> sleep(std::shared_ptr<Setting> setting, std::shared_ptr<Clock> clock);
};

namespace {

/// However a sleep ends. If its context is destroyed, nobody takes the timer's handler out of the signal: emitting it then would
/// touch a timer that is gone.
class WhileAsleep {
public:
    explicit WhileAsleep(bool& is_asleep) : is_asleep_(is_asleep) { is_asleep_ = true; }
    ~WhileAsleep() { is_asleep_ = false; }
    WhileAsleep(const WhileAsleep&) = delete;
    WhileAsleep& operator=(const WhileAsleep&) = delete;

private:
    bool& is_asleep_;
};

}  // namespace

asio::awaitable<void> Alarm::Setting::sleep(std::shared_ptr<Setting> setting, std::shared_ptr<Clock> clock) {
    if (setting->is_off) co_return;
    const WhileAsleep asleep(setting->is_asleep);
    co_await clock->sleep_until(setting->at);
}

Alarm::Alarm(asio::any_io_executor executor, std::shared_ptr<Clock> clock) : executor_(std::move(executor)), clock_(std::move(clock)) {}

Alarm::~Alarm() { call_off(); }

void Alarm::call_off() {
    if (const auto setting = std::exchange(setting_, nullptr)) {
        setting->is_off = true;
        if (setting->is_asleep) setting->signal.emit(asio::cancellation_type::terminal);
    }
}

void Alarm::set(SteadyTime at, std::function<void()> ring) {
    if (setting_ && setting_->at == at) return;
    call_off();
    const auto setting = std::make_shared<Setting>();
    setting->at = at;
    setting_ = setting;
    auto rung = [setting, ring = std::move(ring)](std::exception_ptr) {
        if (setting->is_off) return;
        setting->is_off = true;
        setting->at = SteadyTime::max();  // it may be set to the same time again
        ring();
    };
    asio::co_spawn(executor_, Setting::sleep(setting, clock_), asio::bind_cancellation_slot(setting->signal.slot(), std::move(rung)));
}

}  // namespace kahn::remote
