#include "controller/service/service_parts.h"

#include <algorithm>
#include <random>

namespace quorate::controller {
namespace {

// One device per thread: making one asks the processor what it can do, which traps on a virtual
// machine and takes longer than deciding a request.
std::uint64_t draw_64() {
  thread_local std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace

void ContactBoard::heard(BrokerId broker, std::int64_t now_ns) {
  const MutexLock lock(mutex_);
  heard_ns_[broker] = now_ns;
}

std::int64_t ContactBoard::age_ms(BrokerId broker, std::int64_t now_ns) const {
  const MutexLock lock(mutex_);
  const auto found = heard_ns_.find(broker);
  return found == heard_ns_.end() ? -1 : (now_ns - found->second) / kNsPerMs;
}

void ContactBoard::clear() {
  const MutexLock lock(mutex_);
  heard_ns_.clear();
}

Uuid draw_topic_id() {
  Uuid id;
  while (id.is_none())
    id = {draw_64(), draw_64()};
  return id;
}

namespace {

Mode mode_of(const v1::RequestMeta& meta) {
  if (meta.plan()) return Mode::kPlan;
  return meta.validate_only() ? Mode::kValidateOnly : Mode::kCommit;
}

// A broker speaks for its clients; nobody else is somebody else (QUO-2).
QuotaClient quota_client(const Caller& caller, const v1::QuotaClient& wire) {
  const bool forwards = caller.role == CallerRole::kBroker && !wire.user().empty();
  return {forwards ? wire.user() : caller.name,
          wire.client_id(),
          wire.delayed() ? OverQuota::kDelayed : OverQuota::kRefused};
}

}  // namespace

CommandMeta command_meta(const ServiceParts& parts,
                         const Caller& caller,
                         const v1::RequestMeta& meta) {
  const std::uint32_t wanted_ms =
      meta.timeout_ms() == 0 ? parts.timeout_default_ms : meta.timeout_ms();
  const std::int64_t timeout_ms = std::min(wanted_ms, parts.timeout_max_ms);
  return {
      .request_id = meta.request_id(),
      .principal = caller.name,
      .client = quota_client(caller, meta.client()),
      .mode = mode_of(meta),
      .seed = draw_64(),
      .deadline_ns = parts.clock->monotonic_ns() + timeout_ms * kNsPerMs,
  };
}

void write_meta(const ServiceParts& parts, AnswerPlace place, v1::ResponseMeta& meta) {
  meta.set_controller_id(parts.node_id);
  meta.set_controller_epoch(place.term.value);
  meta.set_commit_offset(place.commit_offset);
}

}  // namespace quorate::controller
