// The part of SafetyChecker that looks at logs, disks and replication.

#include <algorithm>

#include "raft/testing/evidence.h"
#include "raft/testing/safety_checker.h"

namespace quorate::raft::testing {
void SafetyChecker::check_recovered(const NodeView& view, const Recovered& recovered) {
  if (recovered.hard_state != view.durable_state || recovered.last != view.durable.last() ||
      recovered.snapshot.last.index != view.durable_base) {
    fail("D1", evidence("n", view.id.node, " recovered another end, term or vote"));
    return;
  }
  for (const TermRun& run : recovered.term_runs) {
    const MirrorEntry* entry = view.durable.at(run.first);
    if (!entry || entry->term != run.term) {
      fail("D1", evidence("n", view.id.node, " recovered another term at ", run.first));
    }
  }
}

void SafetyChecker::check_cut(const NodeView& view, Index from) {
  if (from <= view.status.commit) {
    fail("R21",
         evidence("n", view.id.node, " cuts at ", from, " with commit index ", view.status.commit));
  }
  if (from > view.log.last()) {
    fail("D5", evidence("n", view.id.node, " cuts at ", from, " behind its end"));
    return;
  }
  states_.saw(RareState::kUncommittedTruncated);
  if (view.log.memberships_behind(from.prev()) > 0) states_.saw(RareState::kMembershipTruncated);
  if (view.log.at(from)->term != view.log.last_id().term) {
    states_.saw(RareState::kSeveralTermsTruncated);
  }
}

void SafetyChecker::check_append(const NodeView& view, const Entry& entry) {
  const LogId last = view.log.last_id();
  if (entry.id.index != last.index.next()) {
    fail("D5", evidence("n", view.id.node, " appends ", entry.id, " behind ", last));
  } else if (entry.id.term < last.term) {
    fail("R16", evidence("n", view.id.node, " appends ", entry.id, " behind ", last));
  } else if (!is_intact(entry)) {
    fail("R8", evidence("n", view.id.node, " appends ", entry.id, " that does not verify"));
  }
}

void SafetyChecker::check_log_matching(const NodeView& view,
                                       Index index,
                                       const MirrorEntry& entry) {
  const LogId id{entry.term, index};
  const auto [known, is_new] = prefix_of_.emplace(id, entry.prefix);
  if (is_new && entry.value != 0) logged_values_.insert(entry.value);
  if (known->second != entry.prefix) {
    fail("R8", evidence("n", view.id.node, " has another entry or prefix at ", id));
  }
}

void SafetyChecker::check_durable_term(const NodeView& view) {
  if (view.durable.last_id().term > view.durable_state.term) {
    fail("R17",
         evidence("the disk of n",
                  view.id.node,
                  " holds ",
                  view.durable.last_id(),
                  " with term ",
                  view.durable_state.term));
  }
}

void SafetyChecker::check_persisted(const NodeView& view, const CoreStatus& now) {
  const auto durable = view.durable.prefix(now.persisted);
  if (!durable || durable != view.log.prefix(now.persisted)) {
    fail("R29", evidence("n", view.id.node, " believes ", now.persisted, " to be durable"));
  }
}

void SafetyChecker::check_acceptance(const Message& message, const AppendEntriesResult& result) {
  if (result.outcome == AppendEntriesResult::Outcome::kRejected) {
    states_.saw(RareState::kAppendRejectedWithHint);
    return;
  }
  const NodeView& follower = node(message.from.node);
  const NodeView& leader = node(message.to.node);
  const auto durable = follower.durable.prefix(result.match);
  if (!durable || follower.durable_state.term < message.term) {
    fail("R29",
         evidence("n",
                  message.from.node,
                  " accepted up to ",
                  result.match,
                  " in term ",
                  message.term,
                  "; durable are ",
                  follower.durable.last_id(),
                  " and term ",
                  follower.durable_state.term));
    return;
  }
  const bool is_current = leader.status.role == Role::kLeader && leader.status.term == message.term;
  const auto asked = leader.appends.find({message.from.node, result.request});
  if (!is_current || asked == leader.appends.end()) return;
  if (result.match > asked->second) {
    fail("R29",
         evidence("n",
                  message.from.node,
                  " accepted up to ",
                  result.match,
                  ", the request proved only up to ",
                  asked->second));
  } else if (durable != leader.log.prefix(result.match)) {
    fail("R29", evidence("n", message.from.node, " accepted ", result.match, " with another log"));
  }
}

void SafetyChecker::check_append_sent(const Message& message, const AppendEntries& append) {
  NodeView& view = node(message.from.node);
  const auto leader = leaders_.find(message.term);
  if (leader == leaders_.end() || leader->second != view.id.node) {
    fail("R1", evidence("n", view.id.node, " sends appends of term ", message.term));
  }
  std::size_t bytes = 0;
  Index at = append.prev_log.index;
  for (const Entry& entry : append.entries) {
    bytes += entry.bytes();
    at = at.next();
    const MirrorEntry* own = view.log.at(at);
    if (entry.id.index != at || !own || own->term != entry.id.term) {
      fail("R8", evidence("n", view.id.node, " sends ", entry.id, " that is not in its log"));
    }
  }
  const std::size_t count = append.entries.size();
  if (count > core_.append_entries_max || (count > 1 && bytes > core_.append_bytes_max)) {
    fail("R39",
         evidence("an append of n", view.id.node, " has ", count, " entries, ", bytes, " bytes"));
  }
  view.appends[{message.to.node, append.request}] = at;
}

void SafetyChecker::check_progress(NodeView& view, const CoreStatus& now) {
  for (const PeerStatus& peer : now.peers) {
    if (peer.next <= peer.match) {
      fail("R14", evidence("n", peer.replica.node, ": next ", peer.next, " match ", peer.match));
    }
    Index& before = view.matches[peer.replica];
    // A replica that was let go and is added again starts anew.
    const auto was = std::find_if(
        view.status.peers.begin(), view.status.peers.end(), [&](const PeerStatus& each) {
          return each.replica == peer.replica;
        });
    const bool is_again = was == view.status.peers.end() || (was->is_leaving && !peer.is_leaving);
    if (is_again && peer.match < before) before = peer.match;
    if (peer.match < before) {
      fail("R13", evidence("match of n", peer.replica.node, " from ", before, " to ", peer.match));
    }
    if (peer.match == before) continue;
    before = peer.match;
    if (is_lost(peer.replica)) continue;
    const NodeView& follower = node(peer.replica.node);
    const auto prefix = view.log.prefix(peer.match);
    const bool is_in_term = follower.durable_state.term == now.term;
    const bool was_durable = prefix && follower.ever_durable.contains(*prefix);
    if (!was_durable || (is_in_term && follower.durable.prefix(peer.match) != prefix)) {
      fail("R15",
           evidence("n",
                    view.id.node,
                    " believes that n",
                    peer.replica.node,
                    " holds ",
                    peer.match,
                    "; durable there is ",
                    follower.durable.last_id()));
    }
  }
}

}  // namespace quorate::raft::testing
