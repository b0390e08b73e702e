// Unfinished: what is under way in more than one batch, and how far it has come.
//
// That something is unfinished stands in the image (a broker's departure, a controlled shutdown, a
// partition without a leader), so that whoever becomes active goes on with it. How far it has come
// is soft state: a new active controller begins each pass anew and finds less to do.
//
//   hand-over:  partitions leave a broker, first come first served
//   elections:  one pass over all partitions without a leader
//
// Owner: ActiveController. Thread: the command thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controller/control/election.h"
#include "controller/image/image.h"
#include "controller/image/types.h"

namespace quorate::controller {

class Unfinished {
 public:
  // Everything that `image` says is unfinished. O(brokers).
  void rebuild(const MetadataImage& image);

  [[nodiscard]] bool empty() const { return handovers_.empty() && !election_.has_value(); }

  struct Handover {
    BrokerId broker = kNoBroker;
    PartitionKey from = kFirstKey;
  };
  // The one whose turn it is.
  [[nodiscard]] const Handover* handover() const {
    return handovers_.empty() ? nullptr : &handovers_.front();
  }
  [[nodiscard]] bool is_handing_over(BrokerId broker) const;
  // The broker's hand-over goes on at `next`; nothing: it is over.
  void set_handover(BrokerId broker, Resume next);

  // Where the pass of elections stands; nothing: none is under way.
  [[nodiscard]] Resume election() const { return election_; }
  void set_election(Resume next);
  // A pass from the beginning, after the present one if one is under way.
  void request_election();

 private:
  std::vector<Handover> handovers_;  // one per broker at most
  Resume election_;
  bool election_again_ = false;
};

}  // namespace quorate::controller
