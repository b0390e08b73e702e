// Any bytes in one of the broker's small files are its content or are refused; what is accepted is
// written and read as it was read.
#include <cstddef>
#include <cstdint>

#include "broker-stub/log/leader_epochs.h"
#include "broker-stub/log/offset_checkpoint.h"
#include "broker-stub/log/producer_states.h"
#include "tests/fuzz/byte_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quorate::broker;  // NOLINT(google-build-using-namespace)
  quorate::fuzz::ByteSource in(data, size);
  switch (in.below(3)) {
    case 0: {
      const auto epochs = LeaderEpochs::from_text(in.rest());
      if (!epochs.is_ok()) break;
      const auto again = LeaderEpochs::from_text(epochs->to_text());
      QUORATE_CHECK(again.is_ok() && again->entries() == epochs->entries());
      break;
    }
    case 1: {
      const auto offsets = offset_checkpoint_from_text(in.rest());
      if (!offsets.is_ok()) break;
      const auto again = offset_checkpoint_from_text(to_text(*offsets));
      QUORATE_CHECK(again.is_ok() && *again == *offsets);
      break;
    }
    default: {
      const auto states = ProducerStates::from_bytes(in.rest());
      if (!states.is_ok()) break;
      const auto again = ProducerStates::from_bytes(states->to_bytes());
      QUORATE_CHECK(again.is_ok() && *again == *states);
    }
  }
  return 0;
}
