#include "controller/control/sessions.h"

#include <algorithm>

namespace quorate::controller {

void Sessions::observe(std::uint64_t now_ms) {
  const std::uint64_t last = clock_ms_.value_or(now_ms);
  const std::uint64_t gap = now_ms > last ? now_ms - last : 0;
  const std::uint64_t counted = std::min<std::uint64_t>(gap, options_.gap_max_ms);
  forgiven_ms_ += gap - counted;
  session_now_ms_ += counted;
  clock_ms_ = std::max(now_ms, last);
}

void Sessions::claim(const MetadataImage& image, std::uint64_t now_ms) {
  sessions_.clear();
  clock_ms_ = now_ms;
  reconcile(image);
}

void Sessions::reconcile(const MetadataImage& image) {
  std::erase_if(sessions_, [&](const auto& entry) {
    const BrokerRegistration* broker = image.cluster.find(entry.first);
    return broker == nullptr || broker->epoch != entry.second.epoch;
  });
  // What was handed over may have been taken back.
  for (auto& [id, session] : sessions_)
    session.shutdown_offset.reset();
  for (const auto& [id, broker] : image.cluster.brokers()) {
    if (!broker->fenced) sessions_.try_emplace(id, Session{broker->epoch, session_now_ms_, 0, {}});
  }
}

void Sessions::touch(BrokerId id, std::uint64_t epoch, std::uint64_t age_ms) {
  // While we were paused nothing was taken up, so what waited then is not older than a gap.
  const std::uint64_t age = std::min<std::uint64_t>(age_ms, options_.gap_max_ms);
  const std::uint64_t contact = session_now_ms_ > age ? session_now_ms_ - age : 0;
  Session& session = sessions_[id];
  if (session.epoch != epoch) session = {epoch, contact, 0, {}};
  session.contact_ms = std::max(session.contact_ms, contact);
}

void Sessions::set_metadata_offset(BrokerId id, std::uint64_t offset) {
  if (const auto found = sessions_.find(id); found != sessions_.end()) {
    found->second.metadata_offset = std::max(found->second.metadata_offset, offset);
  }
}

void Sessions::set_shutdown_offset(BrokerId id, std::uint64_t offset) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second.shutdown_offset.has_value()) return;
  found->second.shutdown_offset = offset;
}

void Sessions::forget(BrokerId id) {
  sessions_.erase(id);
}

bool Sessions::is_expired(const Session& session) const {
  return session_now_ms_ - session.contact_ms >= options_.session_timeout_ms;
}

bool Sessions::is_valid(BrokerId id, std::uint64_t epoch) const {
  const auto found = sessions_.find(id);
  return found != sessions_.end() && found->second.epoch == epoch && !is_expired(found->second);
}

std::optional<BrokerId> Sessions::first_expired(const MetadataImage& image) const {
  std::optional<BrokerId> first;
  std::uint64_t oldest = 0;
  for (const auto& [id, session] : sessions_) {
    const BrokerRegistration* broker = image.cluster.find(id);
    if (broker == nullptr || !broker->is_present() || !is_expired(session)) continue;
    if (!first.has_value() || session.contact_ms < oldest) {
      first = id;
      oldest = session.contact_ms;
    }
  }
  return first;
}

std::size_t Sessions::expired_count(const MetadataImage& image) const {
  return static_cast<std::size_t>(
      std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
        const BrokerRegistration* broker = image.cluster.find(entry.first);
        return broker != nullptr && broker->is_present() && is_expired(entry.second);
      }));
}

std::optional<std::uint64_t> Sessions::age_ms(BrokerId id) const {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return std::nullopt;
  return session_now_ms_ - found->second.contact_ms;
}

std::optional<std::uint64_t> Sessions::metadata_offset(BrokerId id) const {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return std::nullopt;
  return found->second.metadata_offset;
}

std::optional<std::uint64_t> Sessions::shutdown_offset(BrokerId id) const {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return std::nullopt;
  return found->second.shutdown_offset;
}

bool Sessions::have_all_applied(const MetadataImage& image, std::uint64_t offset) const {
  for (const auto& [id, broker] : image.cluster.brokers()) {
    if (broker->is_active() && metadata_offset(id).value_or(0) < offset) return false;
  }
  return true;
}

}  // namespace quorate::controller
