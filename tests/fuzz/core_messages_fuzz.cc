// Every input in every state of the core has a defined outcome (P109): whatever peers send and
// drivers report, nothing aborts and no invariant breaks.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/arbitrary_message.h"
#include "tests/fuzz/core_driver.h"

namespace {

using namespace quorate::raft;        // NOLINT(google-build-using-namespace)
using namespace quorate::raft::fuzz;  // NOLINT(google-build-using-namespace)
using quorate::fuzz::ByteSource;

constexpr int kInputsMax = 400;

// A driver that is wrong: reports about batches that are none, ranges that were not handed out and
// entries that nobody wanted.
void misreport(ByteSource& in, CoreDriver& driver) {
  switch (in.below(3)) {
    case 0: driver->persisted(in.one_in(2) ? 0 : ~std::uint64_t{0} - in.below(3)); break;
    case 1: driver->applied(Index{~std::uint64_t{0} - in.below(3)}); break;
    default: {
      std::vector<Entry> entries;
      const Index first = any_index(in, *driver);
      Index index = first;
      for (std::size_t count = in.below(3); count > 0; --count, index = index.next())
        entries.push_back(make_entry({driver->term(), index}, EntryKind::kNormal, {}));
      driver->entries_fetched(any_replica(in), first, std::move(entries));
    }
  }
}

void propose(ByteSource& in, CoreDriver& driver) {
  Proposal proposal;
  proposal.kind = static_cast<EntryKind>(in.below(12) % 3);
  proposal.data = SharedBytes(std::string(in.below(80), 'p'));
  if (in.one_in(4)) proposal.expected_term = Term{driver->term().value + in.below(2)};
  driver.propose(std::move(proposal));
}

void change_membership(ByteSource& in, CoreDriver& driver) {
  MembershipChange change;
  for (auto* list : {&change.add_voters, &change.add_learners, &change.remove, &change.demote}) {
    for (std::size_t count = in.below(4) / 2; count > 0; --count)
      list->push_back(any_replica(in));
  }
  if (in.one_in(8)) change.expected_index = any_index(in, *driver);
  if (in.one_in(8)) change.expected_term = Term{driver->term().value + in.below(2)};
  change.catch_up_ticks = static_cast<std::uint32_t>(in.below(30));
  driver.change_membership(std::move(change));
}

void read_at_least(ByteSource& in, CoreDriver& driver) {
  ReadPoint at{any_index(in, *driver), std::nullopt};
  if (!in.one_in(4)) at.term = driver->term_at(at.index).value_or(Term{in.below(8)});
  if (in.one_in(4)) at.term = Term{driver->term().value - in.below(2)};
  driver.read_at_least(at, in.below(12));
}

void report(ByteSource& in, CoreDriver& driver) {
  switch (in.below(9)) {
    case 0: driver->transfer(NodeId{in.below(6)}); break;
    case 1: driver->step_down(); break;
    case 2: driver->peer_lost(any_replica(in), static_cast<PeerLoss>(in.below(2))); break;
    case 3: driver->storage_health(static_cast<StorageHealth>(in.below(3))); break;
    case 4: driver.answer_fetch(in); break;
    case 5: driver.restart(); break;
    case 6: misreport(in, driver); break;
    case 7: driver->transfer_to_best(); break;
    default: driver->campaign();
  }
}

void one_input(ByteSource& in, CoreDriver& driver) {
  switch (in.below(15)) {
    case 0:
      for (std::size_t ticks = in.below(20); ticks > 0; --ticks)
        driver->tick();
      break;
    case 1: driver->campaign(); break;
    case 2: propose(in, driver); break;
    case 3: driver.read(static_cast<ReadMode>(in.below(2))); break;
    case 4: driver.persist(1 + in.below(3)); break;
    case 5: driver.apply(); break;
    case 6: report(in, driver); break;
    case 7:
    case 8:
      driver.drain();
      if (!driver.sent().empty()) {
        const Message& asked = driver.sent()[in.below(driver.sent().size())];
        driver->step(obedient_answer(in, asked));
      }
      break;
    case 9: change_membership(in, driver); break;
    case 13: driver.advance_clock(in); break;
    case 14: read_at_least(in, driver); break;
    default: driver->step(any_message(in, driver));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteSource in(data, size);
  CoreDriver driver(in);
  for (int i = 0; i < kInputsMax && !in.is_empty(); ++i) {
    one_input(in, driver);
    if (!in.one_in(4)) driver.drain();
  }
  static_cast<void>(driver->describe());
  driver.persist(SIZE_MAX);
  driver.apply();
  driver.drain();
  return 0;
}
