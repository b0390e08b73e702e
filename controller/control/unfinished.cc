#include "controller/control/unfinished.h"

#include <algorithm>
#include <utility>

namespace quorate::controller {

void Unfinished::rebuild(const MetadataImage& image) {
  *this = Unfinished();
  for (const auto& [id, broker] : image.cluster.brokers()) {
    const bool is_shutting_down = !broker->fenced && broker->in_controlled_shutdown;
    if (broker->departure != Departure::kNone || is_shutting_down) set_handover(id, kFirstKey);
  }
  if (!image.topics.index().leaderless().empty()) request_election();
}

bool Unfinished::is_handing_over(BrokerId broker) const {
  return std::any_of(handovers_.begin(), handovers_.end(), [&](const Handover& one) {
    return one.broker == broker;
  });
}

void Unfinished::set_handover(BrokerId broker, Resume next) {
  const auto found = std::find_if(handovers_.begin(), handovers_.end(), [&](const Handover& one) {
    return one.broker == broker;
  });
  if (!next.has_value()) {
    if (found != handovers_.end()) handovers_.erase(found);
  } else if (found != handovers_.end()) {
    found->from = *next;
  } else {
    handovers_.push_back({broker, *next});
  }
}

void Unfinished::advance(Pass& pass, Resume next) {
  pass.at = next;
  if (!pass.at.has_value() && pass.again) pass = {kFirstKey};
}

void Unfinished::request(Pass& pass, Unclean unclean) {
  if (pass.at.has_value()) {
    pass.again = true;
  } else {
    pass = {kFirstKey, false, unclean};
  }
}

}  // namespace quorate::controller
