#include "raft/core/message.h"

#include <ostream>

namespace quorate::raft {
namespace {

template <typename... Lambdas>
struct Overload : Lambdas... {
  using Lambdas::operator()...;
};
template <typename... Lambdas>
Overload(Lambdas...) -> Overload<Lambdas...>;

std::string_view name_of(InstallSnapshotResult::Outcome outcome) {
  switch (outcome) {
    case InstallSnapshotResult::Outcome::kInstalled: return "installed";
    case InstallSnapshotResult::Outcome::kContinue: return "continue";
    case InstallSnapshotResult::Outcome::kRefused: return "refused";
  }
  return "invalid_outcome";
}

std::string_view name_of(VoteKind kind) {
  return kind == VoteKind::kPreVote ? "pre" : "real";
}

void print_append_result(std::ostream& out, const AppendEntriesResult& body) {
  if (body.outcome == AppendEntriesResult::Outcome::kAccepted) {
    out << " accepted match=" << body.match;
  } else {
    out << " rejected prev=" << body.prev_log << " hint=" << body.hint << " last=" << body.last;
  }
}

void print_body(std::ostream& out, const MessageBody& body) {
  std::visit(
      Overload{
          [&](const RequestVote& m) {
            out << " kind=" << name_of(m.kind) << " for=" << m.campaign_term
                << " last=" << m.last_log;
            if (m.reason == CampaignReason::kTransfer) out << " transfer";
          },
          [&](const RequestVoteResult& m) {
            out << " kind=" << name_of(m.kind) << " for=" << m.campaign_term << ' '
                << to_string(m.answer);
          },
          [&](const AppendEntries& m) {
            out << " prev=" << m.prev_log << " n=" << m.entries.size()
                << " commit=" << m.leader_commit;
          },
          [&](const AppendEntriesResult& m) { print_append_result(out, m); },
          [&](const Heartbeat& m) {
            out << " commit=" << m.commit << " round=" << m.round;
            if (m.lease_ns > 0) out << " lease_ns=" << m.lease_ns;
          },
          [&](const HeartbeatResult& m) {
            out << " durable=" << m.durable_last << " round=" << m.round;
            if (m.promised_ns > 0) out << " promised_ns=" << m.promised_ns;
          },
          [&](const InstallSnapshot& m) {
            out << " last=" << m.meta.last << " offset=" << m.offset << " n=" << m.chunk.size();
          },
          [&](const InstallSnapshotResult& m) {
            out << ' ' << name_of(m.outcome) << " last=" << m.last << " next=" << m.next_offset;
          },
          [&](const TimeoutNow& m) { out << " last=" << m.last_log; },
          [&](const ReadIndexRequest& m) {
            if (m.mode == ReadMode::kLease) out << " lease";
          },
          [&](const ForwardProposals& m) {
            out << " request=" << m.request << " n=" << m.data.size();
          },
          [&](const ForwardProposalsResult& m) {
            out << " request=" << m.request << " first=" << m.first << " taken=" << m.taken;
            if (m.refusal != ForwardRefusal::kNone) out << " refused";
          },
          [&](const ReadIndexResult& m) {
            if (m.refused) {
              out << " refused";
            } else {
              out << " index=" << m.read_index;
            }
          },
      },
      body);
}

}  // namespace

std::string_view to_string(VoteAnswer answer) {
  switch (answer) {
    case VoteAnswer::kGranted: return "granted";
    case VoteAnswer::kRefusedTerm: return "refused_term";
    case VoteAnswer::kRefusedLog: return "refused_log";
    case VoteAnswer::kRefusedVoted: return "refused_voted";
    case VoteAnswer::kRefusedLeaderKnown: return "refused_leader_known";
  }
  return "invalid_answer";
}

std::string_view type_name(const MessageBody& body) {
  return std::visit(
      Overload{
          [](const RequestVote&) -> std::string_view { return "request_vote"; },
          [](const RequestVoteResult&) -> std::string_view { return "request_vote_result"; },
          [](const AppendEntries&) -> std::string_view { return "append_entries"; },
          [](const AppendEntriesResult&) -> std::string_view { return "append_entries_result"; },
          [](const Heartbeat&) -> std::string_view { return "heartbeat"; },
          [](const HeartbeatResult&) -> std::string_view { return "heartbeat_result"; },
          [](const InstallSnapshot&) -> std::string_view { return "install_snapshot"; },
          [](const InstallSnapshotResult&) -> std::string_view {
            return "install_snapshot_result";
          },
          [](const TimeoutNow&) -> std::string_view { return "timeout_now"; },
          [](const ReadIndexRequest&) -> std::string_view { return "read_index_request"; },
          [](const ReadIndexResult&) -> std::string_view { return "read_index_result"; },
          [](const ForwardProposals&) -> std::string_view { return "forward_proposals"; },
          [](const ForwardProposalsResult&) -> std::string_view {
            return "forward_proposals_result";
          },
      },
      body);
}

std::ostream& operator<<(std::ostream& out, const Message& message) {
  out << message.from.node << "->" << message.to.node << ' ' << type_name(message.body)
      << " term=" << message.term;
  print_body(out, message.body);
  return out;
}

}  // namespace quorate::raft
