// The controller's rules once more, written from the design with plain containers and full scans,
// sharing no code with the product: what random commands must lead to.
//
// It does not place replicas (the product's choice is given to it and judged) and knows sessions
// only as "expired" or not.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/controller/control/naive_security.h"

namespace quorate::controller::testing {

struct NaiveBroker {
  std::uint64_t incarnation = 0;
  std::uint64_t epoch = 0;
  bool fenced = true;
  bool in_shutdown = false;
  bool cordoned = false;
  bool maintenance = false;
  bool decommission = false;

  bool operator==(const NaiveBroker&) const = default;
};

struct NaivePartition {
  std::vector<int> replicas;
  std::vector<int> isr;
  int leader = -1;
  int leader_epoch = 0;
  int partition_epoch = 0;
  bool recovering = false;
  std::vector<int> elr;  // eligible leaders
  int last_known = -1;   // who led when the ISR became empty
  std::vector<int> adding;
  std::vector<int> removing;
  std::vector<int> origin;  // replicas before they began to be moved

  bool operator==(const NaivePartition&) const = default;
};

struct NaiveProposal {
  int sender = 0;
  std::uint64_t sender_epoch = 0;
  std::string topic;
  int partition = 0;
  int leader_epoch = 0;
  int partition_epoch = 0;
  std::vector<int> isr;
  std::vector<std::uint64_t> isr_epochs;
};

[[nodiscard]] bool has(const std::vector<int>& list, int id);

struct NaiveResource {
  int type = 2;  // 2: topic, 4: broker
  std::string name;
};
struct NaiveSetting {
  std::string key;
  int op = 0;  // 0: set, 1: delete, 2: append, 3: subtract
  std::string value;
};

enum class OldSession : std::uint8_t { kOver, kAlive };
enum class Wish : std::uint8_t { kNothing, kFence, kShutdown };

class NaiveModel {
 public:
  std::uint64_t end = 0;  // records so far
  std::map<int, NaiveBroker> brokers;
  std::map<std::string, std::vector<NaivePartition>> topics;
  bool keeps_eligible = false;
  bool unclean_in_file = false;  // of the controller
  // What was set: "topic/<name>", "broker/<id>" or "broker/" for the cluster's default, then key.
  std::map<std::string, std::map<std::string, std::string>> configs;
  std::int64_t next_producer_id = 0;
  NaiveSecurity security;

  // Each returns Kafka's error code, and changes the model when it is 0.
  int register_broker(int id, std::uint64_t incarnation, OldSession session);
  int heartbeat(int id, std::uint64_t epoch, std::uint64_t metadata_offset, Wish wish);
  void expire(int id);
  // All but fenced ones and `silent` have read everything.
  void hear_all_but(int silent);
  int unregister_broker(int id);
  // From now on it gets no new replicas, or gets them again.
  enum class Cordon : std::uint8_t { kOn, kOff };
  int cordon(int id, Cordon cordon);
  // Maintenance begins, unless somebody would miss the broker; or ends.
  enum class Force : std::uint8_t { kNo, kYes };
  int drain(int id, Force force);
  int resume(int id);
  int decommission(int id, Force force);
  int recommission(int id);
  // Whether anything goes on by itself because of that.
  [[nodiscard]] bool has_wishes() const;
  // The product has begun to move the partition there because of a decommission: whether it may.
  // Else what is to be judged next is wrong too.
  [[nodiscard]] bool adopt_move(const std::string& topic,
                                int partition,
                                const std::vector<int>& target);
  // Whether it goes by itself: decommissioned, fenced and with nothing.
  [[nodiscard]] bool is_done_with(int id) const;
  // Whether a move that could begin has not, though `moves_max` are not under way.
  [[nodiscard]] bool is_idle(std::size_t moves_max) const;
  // What brokers in maintenance lead goes to others that can.
  void hand_over();
  // Whether the last heartbeat was answered that the process may end.
  bool should_shutdown = false;
  // Another controller decides from here on. It goes through all that a broker holds that shuts
  // down: since eligible leaders are kept it may be in no ISR, where it was alone before (BRK-11).
  void begin_hand_overs_anew();
  // And it does not know when that was complete: that is not in the log.
  void change_controller();
  // What was done since `before` took more records than here, up to `now`.
  void stretch(std::uint64_t before, std::uint64_t now);
  // `replicas` is what the product chose for each partition, empty when it refused.
  int create_topic(const std::string& name,
                   int partitions,
                   int factor,
                   const std::vector<std::vector<int>>& replicas);
  int delete_topic(const std::string& name);
  // `replicas` as above.
  int add_partitions(const std::string& name,
                     int total,
                     const std::vector<std::vector<int>>& replicas);
  enum class Factor : std::uint8_t { kAny, kSame };
  enum class Cordoned : std::uint8_t { kRefused, kTaken };
  struct Move {
    std::vector<int> target;
    Factor factor = Factor::kAny;
    Cordoned cordoned = Cordoned::kRefused;
  };
  int reassign(const std::string& topic, int partition, const Move& move);
  int cancel(const std::string& topic, int partition);
  int alter_partition(const NaiveProposal& proposal);
  enum class Kind : std::uint8_t { kPreferred, kUnclean };
  int elect(Kind kind, const std::string& topic, int partition);
  int allocate_producer_ids(int id, std::uint64_t epoch);
  // Of the keys only min.insync.replicas, unclean.leader.election.enable and cleanup.policy
  // (log.cleanup.policy of brokers) are known here. When it says 0 and nobody leads somewhere, an
  // election follows.
  int alter_configs(const NaiveResource& resource, const std::vector<NaiveSetting>& settings);
  int replace_configs(const NaiveResource& resource, const std::vector<NaiveSetting>& settings);
  // Of eligible leaders.
  enum class Way : std::uint8_t { kUp, kDown };
  int update_feature(int level, Way asked);
  bool eligible_in_file = false;  // of the controller
  [[nodiscard]] int min_isr_of(const std::string& topic) const;

  // Whether the choice keeps what every placement must: the right number of different registered
  // brokers that are not cordoned, the first one active, fenced ones only where active ones did not
  // suffice.
  [[nodiscard]] bool is_good_placement(const std::vector<int>& replicas, int factor) const;

 private:
  // What a controller keeps of a broker beside the log.
  struct Contact {
    std::uint64_t epoch = 0;
    std::uint64_t metadata_offset = 0;
    std::optional<std::uint64_t> handed_over;
  };
  std::map<int, Contact> contacts_;

  // Who goes, and whether what it had may be lost.
  struct Gone {
    int id = -1;
    bool lossy = false;
  };
  // The first replica in order that is active and not gone, and in the list if one is given.
  [[nodiscard]] int first(const NaivePartition& one,
                          const std::vector<int>* among,
                          Gone gone) const;
  // Who leads when nobody else is left.
  enum class Last : std::uint8_t { kAsConfigured, kAnyActive };
  [[nodiscard]] bool may_lead_uncleanly(const std::string& topic, int id) const;
  // A new leader is found for `one`, which was `before`, or nobody leads.
  void lead(NaivePartition& one,
            const NaivePartition& before,
            const std::string& topic,
            Last last,
            Gone gone);
  // Everywhere nobody leads.
  void lead_leaderless();
  void keep_eligible(NaivePartition& one,
                     const NaivePartition& before,
                     const std::string& topic,
                     Gone gone) const;
  NaivePartition* find(const std::string& topic, int partition);
  // What becomes of `one`, which was `before`, once all that it shall have are in its ISR.
  void complete(NaivePartition& one);
  // `one` was `before`: epochs and records as they follow.
  void note_change(NaivePartition& one, const NaivePartition& before);
  void shut_down(int id);
  void unfence(int id);
  [[nodiscard]] bool is_in_maintenance(int id) const;
  // OPS-1, OPS-6: whether it gets new replicas; whether a decommission may put some there.
  [[nodiscard]] bool takes_replicas(int id) const;
  [[nodiscard]] bool may_take(int id, const std::vector<int>& list) const;
  // Whether it is moved so that another one takes the place of `id`.
  [[nodiscard]] static bool is_replaced(const NaivePartition& one, int id);
  // Partitions go back to their preferred leaders.
  void balance();
  void hear(int id, std::uint64_t metadata_offset);
  [[nodiscard]] bool is_active(int id) const;
  // OPS-1, TOP-2, TOP-3: whether replicas can be placed at all.
  [[nodiscard]] bool can_place(std::size_t factor) const;
  // Takes `id` out of every ISR that has another member and moves its leaderships.
  void release(Gone gone);
  void fence(int id);

  std::set<std::string> folded_names() const;

  using Values = std::map<std::string, std::string>;
  [[nodiscard]] int fault_of_resource(const NaiveResource& resource) const;
  [[nodiscard]] std::string value_of(const std::string& where, const std::string& key) const;
  int change(const NaiveResource& resource,
             const Values& after,
             const std::set<std::string>& named);
  void clear_eligible(const std::string& topic);
};

}  // namespace quorate::controller::testing
