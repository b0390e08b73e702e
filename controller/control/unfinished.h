// Unfinished: what is under way in more than one batch, and how far it has come.
//
// That something is unfinished stands in the image (a broker's departure, a controlled shutdown, a
// partition without a leader), so that whoever becomes active goes on with it. How far it has come
// is soft state: a new active controller begins each pass anew and finds less to do.
//
//   hand-over:  partitions leave a broker, first come first served
//   elections:  one pass over all partitions without a leader
//   balance:    one pass over all partitions that another than their preferred leader leads
//
// What no record tells of (a pass that an administrator or the clock asked for) is not taken up by
// the next active controller: it is asked for again.
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

  // A pass over many partitions.
  struct Pass {
    Resume at;           // nothing: none is under way
    bool again = false;  // another one follows
    Unclean unclean = Unclean::kAsConfigured;
  };

  [[nodiscard]] bool empty() const {
    return handovers_.empty() && !election_.at.has_value() && !balance_.at.has_value();
  }

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

  [[nodiscard]] const Pass& election() const { return election_; }
  [[nodiscard]] const Pass& balance() const { return balance_; }
  void set_election(Resume next) { advance(election_, next); }
  void set_balance(Resume next) { advance(balance_, next); }
  // A pass from the beginning, after the present one if one is under way.
  void request_election() { request(election_, Unclean::kAsConfigured); }
  // A pass from `from` that takes any active replica where no other is left; in the place of the
  // present one.
  void force_election(PartitionKey from) { election_ = {from, true, Unclean::kAlways}; }
  void request_balance() { request(balance_, Unclean::kAsConfigured); }

 private:
  static void advance(Pass& pass, Resume next);
  static void request(Pass& pass, Unclean unclean);

  std::vector<Handover> handovers_;  // one per broker at most
  Pass election_;
  Pass balance_;
};

}  // namespace quorate::controller
