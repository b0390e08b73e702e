#include "controller/testing/sim_wire.h"

namespace quorate::controller::testing {

void SimWire::send(Place from, Place to, std::function<void()> arrive) {
  const bool is_lost = random_.chance(faults_.loss_permille, 1000);
  const SimTime delay = random_.between(100, faults_.delay_max);
  if (is_lost || is_cut(from, to)) return;
  heap_.after(delay, [this, from, to, arrive = std::move(arrive)] {
    if (!is_cut(from, to)) arrive();
  });
}

void SimWire::heal() {
  mend();
  faults_.loss_permille = 0;
  faults_.delay_max = 2 * kMillisecond;
}

}  // namespace quorate::controller::testing
