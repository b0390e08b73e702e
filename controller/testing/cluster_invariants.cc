#include "controller/testing/cluster_invariants.h"

#include <array>

namespace quorate::controller::testing {
namespace {

using raft::testing::Invariant;

constexpr std::array kInvariants{
    Invariant{"C1", "the image at an offset is the same on every controller and broker"},
    Invariant{"C2", "an image read from a snapshot is the one that the log leads to"},
    Invariant{"C3", "what is committed can be replayed by every replica"},
    Invariant{"C4", "a batch takes effect whole or not at all"},
    Invariant{"C5", "who loses the leadership, or a batch, goes back to what is committed"},
    Invariant{"C6", "no answer leaves before what it rests on is committed"},
    Invariant{"C7", "no batch that was decided in one leadership takes effect in another"},
    Invariant{"C8", "broker epochs are the offsets of their registrations and only grow"},
    Invariant{"C9", "a request of an older process of a broker changes nothing"},
    Invariant{"C10", "who is fenced or shuts down neither becomes leader nor enters an ISR"},
    Invariant{"C11", "a leader is in the ISR of its partition"},
    Invariant{"C12",
              "an ISR is part of the replicas, and not empty unless eligible leaders are kept"},
    Invariant{"C13", "eligible leaders are replicas outside the ISR"},
    Invariant{"C14", "leader epochs and partition epochs follow their partition's changes"},
    Invariant{"C15",
              "what stopped uncleanly is in no ISR that has another member, and not eligible"},
    Invariant{"C16", "an ISR change is made only if it is the leader's and of the present epochs"},
    Invariant{"C17", "the leader of a partition counts on every member of the ISR"},
    Invariant{"C18", "replicas are different, registered brokers, as many as were asked for"},
    Invariant{"C19", "no topic id is used twice and no name by two topics at a time"},
    Invariant{"C20", "partitions of a topic are numbered from 0 without holes"},
    Invariant{"C21", "a reassignment ends at its target, or where it began"},
    Invariant{"C24", "feature levels move by a record of theirs, within what all brokers support"},
    Invariant{"C25", "blocks of producer ids do not overlap"},
    Invariant{"C26", "a broker gets every record once, in order, or a snapshot"},
    Invariant{"C28", "the counters and indexes of an image are what a count gives"},
    Invariant{"C29", "nothing is configured for a topic that is gone"},
    Invariant{"C30", "a session lasts at least its time since the broker was heard of"},
    Invariant{"C31", "after the heal every broker has all the metadata, and is unfenced"},
    Invariant{"C32", "a batch names who asked for it"},
    Invariant{"B1",
              "what was acknowledged at acks=all is with every later leader, unless an unclean "
              "election said that it is lost"},
    Invariant{"B6", "an offset and a leader epoch mean one record"},
    Invariant{"ONCE", "a request is carried out once, however often it is asked for under its id"},
    Invariant{"OWN", "the engine never has to refuse its own decision"},
    Invariant{"L1", "after the heal a metadata write is committed"},
    Invariant{"L2", "after the heal partitions with a live replica that may lead have a leader"},
    Invariant{"L3", "after the heal every live replica is in sync"},
    Invariant{"L4", "after the heal reassignments, drains and decommissions that can end do"},
    Invariant{"L5", "after the heal records are acknowledged again"},
};

}  // namespace

std::span<const Invariant> cluster_invariants() {
  return kInvariants;
}

std::string describe(const raft::testing::Violation& violation) {
  for (const Invariant& invariant : kInvariants) {
    if (invariant.id != violation.invariant) continue;
    return violation.invariant + " (" + std::string(invariant.text) + "): " + violation.evidence;
  }
  return raft::testing::to_string(violation);
}

}  // namespace quorate::controller::testing
