#include "tests/fuzz/arbitrary_message.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "raft/base/crc32c.h"

namespace quorate::raft::fuzz {

namespace {

using quorate::fuzz::ByteSource;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

std::uint64_t near(ByteSource& in, std::uint64_t number) {
  return number + in.below(8) - 3;  // wraps below zero on purpose
}

Term any_term(ByteSource& in, const Consensus& core) {
  switch (in.below(8)) {
    case 0: return Term{in.below(16)};
    case 1: return Term{near(in, core.term().value)};
    case 2: return in.one_in(8) ? Term{kMax - in.below(4)} : core.term().next();
    case 3: return core.term().next();
    default: return core.term();
  }
}

std::uint64_t any_number(ByteSource& in) {
  switch (in.below(8)) {
    case 0: return kMax - in.below(4);
    case 1: return in.u64();
    default: return in.below(24);
  }
}

// Mostly one that the receiver holds.
LogId any_log_id(ByteSource& in, const Consensus& core) {
  const Index index = any_index(in, core);
  const std::optional<Term> held = core.term_at(index);
  if (held && !in.one_in(4)) return {*held, index};
  return {any_term(in, core), index};
}

SharedBytes membership_data(ByteSource& in) {
  if (in.one_in(8)) return SharedBytes(std::string(in.bytes(in.below(40))));
  Membership membership;
  const std::size_t first = 1 + in.below(3);
  const std::size_t last = first + in.below(4);
  for (std::size_t node = first; node <= last; ++node)
    membership.voters.push_back(member(node));
  if (in.one_in(3)) membership.learners.push_back(member(last + 1));
  if (in.one_in(3)) membership.outgoing = {member(1), member(last)};
  if (in.one_in(8)) std::swap(membership.voters.front(), membership.voters.back());
  return SharedBytes(encode_membership(membership));
}

std::vector<Entry> any_entries(ByteSource& in, const LogId& prev, Term term) {
  std::vector<Entry> entries;
  LogId id = prev;
  for (std::size_t count = in.below(5); count > 0; --count) {
    id.index = in.one_in(16) ? Index{any_number(in)} : id.index.next();
    if (in.one_in(3)) id.term = term;
    const auto kind = static_cast<EntryKind>(in.one_in(16) ? in.byte() : in.below(8) % 3);
    SharedBytes data = kind == EntryKind::kMembership ? membership_data(in)
                                                      : SharedBytes(std::string(in.below(64), 'x'));
    entries.push_back(make_entry(id, kind, std::move(data)));
    if (in.one_in(16)) ++entries.back().checksum;
  }
  return entries;
}

InstallSnapshot any_install(ByteSource& in, const Consensus& core) {
  InstallSnapshot body;
  body.meta.last = any_log_id(in, core);
  body.meta.membership = core.status().membership;
  if (in.one_in(4)) body.meta.membership.voters = {any_replica(in), any_replica(in)};
  body.meta.bytes = any_number(in);
  body.transfer = any_number(in);
  body.offset = any_number(in);
  body.chunk = SharedBytes(std::string(in.below(32), 's'));
  body.chunk_checksum = crc32c(body.chunk.view());
  body.meta.checksum = in.one_in(2) ? body.chunk_checksum : 0;
  return body;
}

// The number of the newest question of kind `Body` that left, or any number.
template <typename Body, typename Number>
std::uint64_t asked(ByteSource& in, const CoreDriver& driver, Number number) {
  if (in.one_in(4)) return any_number(in);
  for (auto message = driver.sent().rbegin(); message != driver.sent().rend(); ++message) {
    const auto* body = std::get_if<Body>(&message->body);
    if (body != nullptr) return in.one_in(4) ? near(in, number(*body)) : number(*body);
  }
  return any_number(in);
}

AppendEntriesResult any_append_result(ByteSource& in, const CoreDriver& driver) {
  return {in.one_in(2) ? AppendEntriesResult::Outcome::kRejected
                       : AppendEntriesResult::Outcome::kAccepted,
          asked<AppendEntries>(in, driver, [](const auto& body) { return body.request; }),
          any_index(in, *driver.operator->()),
          any_log_id(in, *driver.operator->()),
          any_log_id(in, *driver.operator->()),
          any_index(in, *driver.operator->())};
}

MessageBody any_answer(ByteSource& in, const CoreDriver& driver) {
  const Consensus& core = *driver.operator->();
  switch (in.below(6)) {
    case 5:
      return ForwardProposalsResult{
          asked<ForwardProposals>(in, driver, [](const auto& body) { return body.stint; }),
          asked<ForwardProposals>(in, driver, [](const auto& body) { return body.request; }),
          any_index(in, core),
          static_cast<std::uint32_t>(in.below(5)),
          static_cast<ForwardRefusal>(in.below(4))};
    case 0:
      return RequestVoteResult{
          static_cast<VoteKind>(in.below(2)),
          static_cast<VoteAnswer>(in.below(6)),
          any_term(in, core),
          asked<RequestVote>(in, driver, [](const auto& body) { return body.round; })};
    case 1: return any_append_result(in, driver);
    case 2:
      return HeartbeatResult{
          asked<Heartbeat>(in, driver, [](const auto& body) { return body.round; }),
          any_index(in, core),
          any_number(in)};
    case 3:
      return InstallSnapshotResult{static_cast<InstallSnapshotResult::Outcome>(in.below(3)),
                                   any_number(in),
                                   any_number(in),
                                   any_index(in, core)};
    default:
      return ReadIndexResult{
          asked<ReadIndexRequest>(in, driver, [](const auto& body) { return body.request; }),
          in.one_in(2),
          any_index(in, core)};
  }
}

MessageBody any_body(ByteSource& in, const CoreDriver& driver, Term term) {
  const Consensus& core = *driver.operator->();
  switch (in.below(11)) {
    case 10: {
      ForwardProposals body{any_number(in), any_number(in), {}};
      for (std::size_t count = in.below(4); count > 0; --count)
        body.data.emplace_back(std::string(in.below(64), 'f'));
      return body;
    }
    case 0: {
      const auto kind = static_cast<VoteKind>(in.below(2));
      const Term right = kind == VoteKind::kPreVote ? term.next() : term;
      const Term campaign_term = in.one_in(8) ? any_term(in, core) : right;
      return RequestVote{kind,
                         static_cast<CampaignReason>(in.below(2)),
                         campaign_term,
                         any_number(in),
                         any_log_id(in, core)};
    }
    case 1:
    case 2:
    case 3: {
      const LogId prev = any_log_id(in, core);
      return AppendEntries{prev, any_index(in, core), any_number(in), any_entries(in, prev, term)};
    }
    case 4:
      return Heartbeat{any_index(in, core),
                       any_number(in),
                       any_number(in),
                       static_cast<std::uint32_t>(in.below(4))};
    case 5: return any_install(in, core);
    case 6: return TimeoutNow{any_log_id(in, core)};
    case 7: return ReadIndexRequest{any_number(in), static_cast<ReadMode>(in.below(3))};
    default: return any_answer(in, driver);
  }
}

}  // namespace

ReplicaId any_replica(ByteSource& in) {
  const std::size_t drawn = in.below(16);
  if (drawn == 15) return {NodeId{2}, Incarnation{9, 9}};
  return member(drawn % 7);
}

Index any_index(ByteSource& in, const Consensus& core) {
  const CoreStatus status = core.status();
  switch (in.below(8)) {
    case 0: return Index{any_number(in)};
    case 1: return Index{near(in, status.commit.value)};
    case 2: return Index{near(in, status.persisted.value)};
    case 3: return Index{near(in, status.first.value)};
    case 4: return Index{near(in, status.last.index.value)};
    case 5: return status.commit;
    default: return status.last.index;
  }
}

Message any_message(ByteSource& in, const CoreDriver& driver) {
  Message message{driver.options().cluster,
                  driver.options().group,
                  member(2 + in.below(3)),
                  driver.options().self,
                  any_term(in, *driver.operator->()),
                  {}};
  if (in.one_in(16)) {
    message.cluster.low += in.below(2);
    message.group.value += in.below(2);
    message.from = any_replica(in);
    if (in.one_in(2)) message.to = any_replica(in);
  }
  message.body = any_body(in, driver, message.term);
  return message;
}

Message obedient_answer(ByteSource& in, const Message& asked_for) {
  Message answer = asked_for;
  std::swap(answer.from, answer.to);
  if (const auto* vote = std::get_if<RequestVote>(&asked_for.body)) {
    answer.body =
        RequestVoteResult{vote->kind, VoteAnswer::kGranted, vote->campaign_term, vote->round};
  } else if (const auto* append = std::get_if<AppendEntries>(&asked_for.body)) {
    using Outcome = AppendEntriesResult::Outcome;
    const Index last{append->prev_log.index.value + append->entries.size()};
    AppendEntriesResult result{
        .outcome = Outcome::kAccepted, .request = append->request, .match = last};
    if (in.one_in(4)) {
      result = {
          .outcome = Outcome::kRejected, .request = append->request, .prev_log = append->prev_log};
      result.hint.index = Index{std::min<std::uint64_t>(append->prev_log.index.value, in.below(8))};
      result.hint.term = Term{std::min<std::uint64_t>(append->prev_log.term.value, in.below(8))};
      result.last = result.hint.index;
    }
    answer.body = result;
  } else if (const auto* beat = std::get_if<Heartbeat>(&asked_for.body)) {
    answer.body = HeartbeatResult{beat->round,
                                  Index{beat->commit.value + in.below(4)},
                                  in.one_in(4) ? 0 : beat->lease_ns,
                                  static_cast<std::uint32_t>(in.below(4))};
  } else if (const auto* read = std::get_if<ReadIndexRequest>(&asked_for.body)) {
    answer.body = ReadIndexResult{read->request, false, Index{in.below(16)}};
  } else if (const auto* forward = std::get_if<ForwardProposals>(&asked_for.body)) {
    const std::uint64_t taken = in.one_in(4) ? in.below(4) : forward->data.size();
    answer.body = ForwardProposalsResult{forward->stint,
                                         forward->request,
                                         Index{in.below(16)},
                                         static_cast<std::uint32_t>(taken),
                                         static_cast<ForwardRefusal>(in.below(3))};
  } else if (const auto* install = std::get_if<InstallSnapshot>(&asked_for.body)) {
    answer.body = InstallSnapshotResult{static_cast<InstallSnapshotResult::Outcome>(in.below(3)),
                                        install->transfer,
                                        install->offset + install->chunk.size(),
                                        install->meta.last.index};
  }
  return answer;
}

}  // namespace quorate::raft::fuzz
