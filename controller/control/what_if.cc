#include "controller/control/what_if.h"

#include <limits>
#include <set>

#include "controller/control/broker_control.h"
#include "controller/control/draft.h"

namespace quorate::controller {
namespace {

// Nothing is appended, so nothing has to be cut into steps.
constexpr StepOptions kOneStep{std::numeric_limits<std::size_t>::max(),
                               std::numeric_limits<std::size_t>::max(),
                               std::numeric_limits<std::size_t>::max()};

Result<std::set<BrokerId>> brokers_of(const ClusterImage& cluster, const Loss& loss) {
  if (loss.brokers.empty() && loss.racks.empty()) {
    return Status(Code::kInvalidArgument, "name brokers or racks that would be lost");
  }
  std::set<BrokerId> lost;
  for (const BrokerId id : loss.brokers) {
    if (cluster.find(id) == nullptr) {
      return Status(Code::kNotFound, "broker " + std::to_string(id) + " is not registered");
    }
    lost.insert(id);
  }
  for (const std::string& rack : loss.racks) {
    bool is_known = false;
    for (const auto& [id, broker] : cluster.brokers()) {
      if (broker->rack != rack) continue;
      is_known = true;
      lost.insert(id);
    }
    if (!is_known) {
      return Status(Code::kNotFound, "no broker is in rack '" + rack + "'");
    }
  }
  return lost;
}

}  // namespace

Result<LossReport> what_if_lost(const MetadataImage& image,
                                const Loss& loss,
                                const ControlOptions& options) {
  const Result<std::set<BrokerId>> lost = brokers_of(image.cluster, loss);
  QUORATE_TRY(lost.status());
  LossReport report;
  report.brokers.assign(lost->begin(), lost->end());
  ControlOptions unbounded = options;
  unbounded.step = kOneStep;
  Draft draft(image);
  for (const BrokerId id : *lost)
    static_cast<void>(fence_broker(draft, id, "BRK-14", unbounded));
  QUORATE_TRY(draft.status());
  report.effects = effects_between(image, draft.image(), draft.delta());
  for (const auto& [id, broker] : draft.image().cluster.brokers()) {
    if (!broker->fenced && !broker->in_controlled_shutdown) ++report.remaining;
  }
  return report;
}

}  // namespace quorate::controller
