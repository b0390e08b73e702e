#include "controller/testing/broker_nemesis.h"

#include <utility>

namespace quorate::controller::testing {

void BrokerNemesis::start() {
  starting_.assign(brokers_.size(), false);
  const BrokerFaults& faults = world_.options.faults;
  every(faults.stop_every, [this] { stop_one(); });
  every(faults.cut_every, [this] { cut(); });
  every(faults.repeat_every, [this] { any().repeat(); });
  supervise();
}

void BrokerNemesis::every(SimTime mean, std::function<void()> fault) {
  if (mean == 0) return;
  world_.heap.after(random_.between(mean / 2, mean + mean / 2), [this, mean, fault] {
    if (is_over_) return;
    fault();
    every(mean, fault);
  });
}

void BrokerNemesis::stop_one() {
  SimBroker& broker = any();
  if (!broker.is_up()) return;
  const BrokerFaults& faults = world_.options.faults;
  std::uint64_t drawn =
      random_.below(faults.clean + faults.killed + faults.powerless + faults.emptied);
  if (drawn < faults.clean) return broker.leave();
  drawn -= faults.clean;
  const bool was_registered = broker.is_registered();
  if (drawn < faults.killed) {
    broker.crash(Loss::kNothing);
  } else {
    broker.crash(drawn < faults.killed + faults.powerless ? Loss::kUnsynced : Loss::kDisk);
  }
  if (was_registered && random_.chance(faults.gone_percent, 100)) {
    tell_gone(broker, broker.epoch());
  }
}

void BrokerNemesis::tell_gone(const SimBroker& broker, std::uint64_t epoch) {
  const BrokerGone command{broker.id(), epoch};
  world_.heap.after(random_.between(kMillisecond, 50 * kMillisecond), [this, command] {
    for (std::size_t at = 0; at < quorum_.size(); ++at) {
      if (!quorum_.at(at).is_active()) continue;
      quorum_.call(place_of(quorum_.at(at).node()), at, command, {}, [](const auto& /*reply*/) {});
    }
  });
}

void BrokerNemesis::cut() {
  world_.wire.mend();
  const BrokerId lonely = any().id();
  const std::uint64_t shape = random_.below(4);
  for (const auto& other : brokers_) {
    if (other->id() == lonely || (shape != 0 && shape != 2)) continue;
    world_.wire.cut(place_of(lonely), place_of(other->id()));
  }
  for (std::size_t at = 0; at < quorum_.size(); ++at) {
    const Place controller = place_of(quorum_.at(at).node());
    const bool is_one_link = shape == 3 && random_.chance(1, 2);
    if (shape <= 1 || is_one_link) world_.wire.cut(place_of(lonely), controller);
  }
  world_.note([&](std::ostream& out) { out << "cut around b" << lonely; });
  world_.heap.after(random_.between(kMillisecond, world_.options.faults.cut_lasts),
                    [this] { world_.wire.mend(); });
}

void BrokerNemesis::supervise() {
  world_.heap.after(40 * kMillisecond, [this] {
    for (std::size_t at = 0; at < brokers_.size(); ++at) {
      if (brokers_[at]->is_up() || starting_[at]) continue;
      starting_[at] = true;
      const SimTime down = is_over_ ? 50 * kMillisecond : world_.options.faults.down_max;
      world_.heap.after(random_.between(kMillisecond, down), [this, at] {
        starting_[at] = false;
        brokers_[at]->start();
      });
    }
    supervise();
  });
}

void BrokerNemesis::heal() {
  is_over_ = true;
  world_.wire.heal();
  for (const auto& broker : brokers_)
    if (!broker->is_up()) broker->start();
}

}  // namespace quorate::controller::testing
