#include "raft/server/sessions.h"

#include <algorithm>
#include <iterator>

#include "raft/base/check.h"
#include "raft/storage/byte_codec.h"

namespace quorate::raft {
namespace {

constexpr std::uint8_t kFormat = 1;

template <typename Range>
auto find_number(Range& kept, std::uint64_t number) {
  return std::lower_bound(
      kept.begin(), kept.end(), number, [](const auto& one, std::uint64_t wanted) {
        return one.number < wanted;
      });
}

Status corrupt(std::string_view what) {
  return {Code::kCorruption, "sessions: " + std::string(what)};
}

}  // namespace

std::string_view to_string(SessionVerdict verdict) {
  switch (verdict) {
    case SessionVerdict::kExecute: return "execute";
    case SessionVerdict::kRepeat: return "repeat";
    case SessionVerdict::kStale: return "stale";
    case SessionVerdict::kUnknownSession: return "unknown_session";
    case SessionVerdict::kRefused: return "refused";
  }
  return "invalid";
}

Sessions::Opened Sessions::open(SessionId id, SessionTime now) {
  QUORATE_CHECK(id > last_opened_);
  advance(now);
  if (sessions_.size() >= limits_.sessions_max) return Opened::kFull;
  last_opened_ = id;
  Session& session = sessions_[id.value];
  session.last_used = now_;
  session.place = by_use_.insert(by_use_.end(), id);
  return Opened::kDone;
}

void Sessions::close(SessionId id, SessionTime now) {
  advance(now);
  const auto found = sessions_.find(id.value);
  if (found == sessions_.end()) return;
  by_use_.erase(found->second.place);
  sessions_.erase(found);
}

Sessions::Answer Sessions::admit(const RequestStamp& stamp, SessionTime now) {
  advance(now);
  const auto found = sessions_.find(stamp.session.value);
  if (found == sessions_.end()) return {SessionVerdict::kUnknownSession, {}};
  if (stamp.first_unanswered == 0 || stamp.first_unanswered > stamp.number) {
    return {SessionVerdict::kRefused, {}};
  }
  Session& session = found->second;
  touch(session);
  acknowledge(session, stamp.first_unanswered);
  return judge(session, stamp.number);
}

Sessions::Answer Sessions::judge(const Session& session, std::uint64_t number) const {
  if (number < session.first_unanswered) return {SessionVerdict::kStale, {}};
  const auto kept = find_number(session.kept, number);
  if (kept != session.kept.end() && kept->number == number) {
    return {SessionVerdict::kRepeat, kept->result};
  }
  const bool too_far = number - session.first_unanswered >= limits_.window_max;
  if (too_far || session.kept_bytes >= limits_.kept_bytes_max) {
    return {SessionVerdict::kRefused, {}};
  }
  return {SessionVerdict::kExecute, {}};
}

void Sessions::keep(const RequestStamp& stamp, SharedBytes result) {
  const auto found = sessions_.find(stamp.session.value);
  QUORATE_CHECK(found != sessions_.end());
  Session& session = found->second;
  QUORATE_CHECK(judge(session, stamp.number).verdict == SessionVerdict::kExecute);
  session.kept_bytes += result.size();
  session.kept.insert(find_number(session.kept, stamp.number), {stamp.number, std::move(result)});
}

void Sessions::advance(SessionTime now) {
  now_ = std::max(now_, now);
  if (limits_.expiry == 0) return;
  while (!by_use_.empty()) {
    const auto oldest = sessions_.find(by_use_.front().value);
    QUORATE_CHECK(oldest != sessions_.end());
    if (now_.value - oldest->second.last_used.value <= limits_.expiry) return;
    by_use_.pop_front();
    sessions_.erase(oldest);
  }
}

void Sessions::touch(Session& session) {
  session.last_used = now_;
  by_use_.splice(by_use_.end(), by_use_, session.place);
}

void Sessions::acknowledge(Session& session, std::uint64_t first_unanswered) {
  if (first_unanswered <= session.first_unanswered) return;  // an older message, sent again
  session.first_unanswered = first_unanswered;
  const auto end = find_number(session.kept, first_unanswered);
  for (auto kept = session.kept.begin(); kept != end; ++kept)
    session.kept_bytes -= kept->result.size();
  session.kept.erase(session.kept.begin(), end);
}

std::string Sessions::encode() const {
  std::string out;
  append_fixed(out, kFormat, 1);
  append_varint(out, limits_.sessions_max);
  append_varint(out, limits_.window_max);
  append_varint(out, limits_.kept_bytes_max);
  append_varint(out, limits_.expiry);
  append_varint(out, now_.value);
  append_varint(out, last_opened_.value);
  append_varint(out, sessions_.size());
  for (const SessionId id : by_use_) {
    const Session& session = sessions_.at(id.value);
    append_varint(out, id.value);
    append_varint(out, session.last_used.value);
    append_varint(out, session.first_unanswered);
    append_varint(out, session.kept.size());
    for (const Kept& kept : session.kept) {
      append_varint(out, kept.number);
      append_varint(out, kept.result.size());
      out += kept.result.view();
    }
  }
  return out;
}

Result<Sessions> Sessions::decode(std::string_view bytes, const SessionLimits& limits) {
  ByteReader reader(bytes);
  const std::uint8_t format = reader.u8();
  if (reader.failed()) return corrupt("no format");
  if (format != kFormat) return Status(Code::kUnsupported, "sessions: an unknown format");
  const bool same_limits =
      reader.varint() == limits.sessions_max && reader.varint() == limits.window_max &&
      reader.varint() == limits.kept_bytes_max && reader.varint() == limits.expiry;
  if (reader.failed()) return corrupt("cut short");
  if (!same_limits) {
    return Status(Code::kFailedPrecondition, "sessions: written under other limits than ours");
  }
  Sessions decoded(limits);
  decoded.now_ = {reader.varint()};
  decoded.last_opened_ = {reader.varint()};
  const std::uint64_t count = reader.varint();
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    const SessionId id{reader.varint()};
    Session session;
    session.last_used = {reader.varint()};
    session.first_unanswered = reader.varint();
    const std::uint64_t kept = reader.varint();
    for (std::uint64_t k = 0; k < kept && !reader.failed(); ++k) {
      const std::uint64_t number = reader.varint();
      const std::string_view result = reader.bytes(reader.varint());
      session.kept_bytes += result.size();
      session.kept.push_back({number, SharedBytes(std::string(result))});
    }
    if (reader.failed()) break;
    QUORATE_TRY(decoded.insert_decoded(id, std::move(session)));
  }
  if (!reader.finished()) return corrupt("cut short, or longer than it says");
  return decoded;
}

// Takes over one session that decode() has read, if it may stand there.
Status Sessions::insert_decoded(SessionId id, Session session) {
  const bool in_order =
      by_use_.empty() || sessions_.at(by_use_.back().value).last_used <= session.last_used;
  const bool expired = limits_.expiry > 0 && session.last_used <= now_ &&
                       now_.value - session.last_used.value > limits_.expiry;
  if (sessions_.size() >= limits_.sessions_max) return corrupt("too many");
  if (id.value == 0 || id > last_opened_ || sessions_.contains(id.value)) return corrupt("an id");
  if (!in_order || expired || session.last_used > now_) return corrupt("a time of use");
  if (session.first_unanswered == 0) return corrupt("a number");
  std::size_t bytes_before_last = session.kept_bytes;
  const Kept* previous = nullptr;
  for (const Kept& kept : session.kept) {
    const bool in_window = kept.number >= session.first_unanswered &&
                           kept.number - session.first_unanswered < limits_.window_max;
    const bool in_order_too = !previous || kept.number > previous->number;
    if (!in_window || !in_order_too) return corrupt("the number of a result");
    previous = &kept;
  }
  // The largest result may be the one that passed the bound.
  const auto largest = std::ranges::max_element(
      session.kept, {}, [](const Kept& kept) { return kept.result.size(); });
  if (largest != session.kept.end()) bytes_before_last -= largest->result.size();
  if (!session.kept.empty() && bytes_before_last >= limits_.kept_bytes_max) {
    return corrupt("too many bytes of results");
  }
  session.place = by_use_.insert(by_use_.end(), id);
  sessions_.emplace(id.value, std::move(session));
  return Status::ok();
}

}  // namespace quorate::raft
