// The administrators of a simulated cluster: they ask for everything that can be asked for, sense
// and nonsense, and ask again when nobody answers.
//
// Owner: ClusterSimulation. Thread: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/testing/sim_broker.h"

namespace quorate::controller::testing {

enum class AdminAct : std::uint8_t {
  kCreateTopic,
  kDeleteTopic,
  kMorePartitions,
  kReassign,
  kCancelMove,
  kElect,
  kConfigureTopic,
  kConfigureBroker,
  kFeature,
  kWish,
  kUnregister,
  kQuota,
  kUser,
  kAcl,
};
inline constexpr std::uint32_t kAdminActs = 14;

class ClusterAdmins {
 public:
  ClusterAdmins(ClusterWorld& world, SimQuorum& quorum, Random random)
      : world_(world), quorum_(quorum), random_(random) {}

  void start();
  // Asks for nothing more.
  void stop() { is_over_ = true; }
  // Ends what operators want of brokers, so that everything can become whole again.
  void release_brokers();
  // Asks for something that is always granted, now.
  void probe();
  [[nodiscard]] bool is_probe_done() const { return is_probe_done_; }

 private:
  void act_again();
  void act(AdminAct what);
  void create_topic();
  void more_partitions();
  void reassign();
  void elect();
  void configure_topic();
  void configure_broker();
  void update_feature();
  void wish();
  void change_security(AdminAct what);

  template <typename Question>
  void ask(Question question);
  template <typename Question>
  void ask_at(std::size_t to, Question question, const Caller& caller, int repeats);

  [[nodiscard]] const MetadataImage& seen() const { return world_.checker.newest(); }
  std::string some_name();
  std::optional<ReassignmentItem> some_place();
  BrokerId some_broker();
  std::vector<BrokerId> some_brokers();
  std::size_t some_controller();

  ClusterWorld& world_;
  SimQuorum& quorum_;
  Random random_;
  bool is_over_ = false;
  bool is_probing_ = false;
  bool is_probe_done_ = false;
};

}  // namespace quorate::controller::testing
