#include "cli/cluster_commands.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "quorate/controller/v1/query.pb.h"

#include "cli/failure.h"
#include "cli/identifiers.h"
#include "cli/quorum_answers.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;

bool has_vote(const v1::DescribeQuorumResponse& quorum, std::int32_t node) {
  return std::ranges::any_of(quorum.peers(), [node](const v1::QuorumPeer& peer) {
    return peer.node_id() == node && peer.voter();
  });
}

// Voters as the leader, or else whoever knows the latest term, sees them.
std::string title(const std::vector<QuorumAnswer>& answers,
                  const v1::DescribeQuorumResponse* leader) {
  const v1::DescribeQuorumResponse* best = leader;
  for (const QuorumAnswer& answer : answers) {
    if (!answer.quorum || leader != nullptr) continue;
    if (best == nullptr || answer.quorum->term() > best->term()) best = &*answer.quorum;
  }
  if (best == nullptr) {
    return "no leader; none of " + std::to_string(answers.size()) + " controllers answers";
  }
  const std::ptrdiff_t voters = std::ranges::count_if(best->peers(), &v1::QuorumPeer::voter);
  const std::ptrdiff_t reachable =
      std::ranges::count_if(answers, [best](const QuorumAnswer& answer) {
        return answer.quorum && has_vote(*best, answer.quorum->node_id());
      });
  if (leader == nullptr) {
    return "no leader; " + std::to_string(reachable) + " of " + std::to_string(voters) +
           " voters answer, " + std::to_string(voters / 2 + 1) + " are needed";
  }
  return "cluster " + uuid_text(leader->cluster_id()) + "   leader " +
         std::to_string(leader->node_id()) + " (term " + std::to_string(leader->term()) +
         ")   commit " + std::to_string(leader->commit_index()) + "   metadata offset " +
         std::to_string(leader->metadata_offset()) + "   failure tolerance " +
         std::to_string(reachable - (voters / 2 + 1));
}

void add_row(Listing& listing,
             const QuorumAnswer& answer,
             const v1::DescribeQuorumResponse* leader) {
  if (!answer.quorum) {
    listing.add({"?", answer.address, "unreachable", "-", "-", "-", "-", "-", "-", "-"},
                {{"address", answer.address}, {"role", "unreachable"}, {"error", answer.error}});
    return;
  }
  const auto& quorum = *answer.quorum;
  std::string trails = "-";
  std::string contact = "-";
  if (leader != nullptr) {
    for (const auto& peer : leader->peers()) {
      if (peer.node_id() != quorum.node_id()) continue;
      if (peer.has_match_index()) {
        trails = std::to_string(leader->last_index() -
                                std::min(leader->last_index(), peer.match_index()));
      }
      if (peer.has_last_contact_ms()) contact = std::to_string(peer.last_contact_ms()) + " ms";
    }
  }
  listing.add({std::to_string(quorum.node_id()),
               answer.address,
               quorum.role(),
               std::to_string(quorum.term()),
               std::to_string(quorum.last_index()),
               std::to_string(quorum.commit_index()),
               std::to_string(quorum.applied_index()),
               trails,
               contact,
               std::to_string(quorum.sync_p99_us()) + " us"},
              {{"node", quorum.node_id()},
               {"address", answer.address},
               {"role", quorum.role()},
               {"term", quorum.term()},
               {"leader", quorum.leader_id()},
               {"lastIndex", quorum.last_index()},
               {"persistedIndex", quorum.persisted_index()},
               {"commitIndex", quorum.commit_index()},
               {"appliedIndex", quorum.applied_index()},
               {"metadataOffset", quorum.metadata_offset()},
               {"stateHash", hash_text(quorum.state_hash())},
               {"leaderChanges", quorum.leader_changes()},
               {"syncP50Us", quorum.sync_p50_us()},
               {"syncP99Us", quorum.sync_p99_us()},
               {"version", quorum.version()}});
}

std::string endpoints_text(const v1::BrokerDescription& broker) {
  std::string text;
  for (const auto& endpoint : broker.endpoints()) {
    text += (text.empty() ? "" : ",") + endpoint.host() + ":" + std::to_string(endpoint.port());
  }
  return text;
}

std::string state_text(const v1::BrokerDescription& broker) {
  if (broker.departure() == v1::BROKER_DEPARTURE_UNREGISTER) return "being unregistered";
  if (broker.fenced()) return "fenced";
  if (broker.departure() == v1::BROKER_DEPARTURE_FENCE) return "being fenced";
  return broker.in_controlled_shutdown() ? "shutting down" : "active";
}

// What operators want of it and how far that has come, "cordoned, draining"; "-" when nothing.
std::string wish_text(const v1::BrokerDescription& broker) {
  std::string text;
  const auto add = [&text](bool wanted, const char* words) {
    if (wanted) text += std::string(text.empty() ? "" : ", ") + words;
  };
  const v1::BrokerIntent& intent = broker.intent();
  add(intent.cordoned(), "cordoned");
  add(intent.maintenance(), broker.leaders() > 0 ? "draining" : "drained");
  add(intent.decommission(), broker.replicas() > 0 ? "emptying" : "empty");
  return text.empty() ? "-" : text;
}

std::string contact_text(const v1::BrokerDescription& broker) {
  return broker.last_contact_ms() < 0 ? "-" : std::to_string(broker.last_contact_ms()) + " ms";
}

nlohmann::ordered_json json_of(const v1::BrokerDescription& broker) {
  return {{"id", broker.broker_id()},
          {"endpoints", endpoints_text(broker)},
          {"rack", broker.rack()},
          {"state", state_text(broker)},
          {"fenced", broker.fenced()},
          {"inControlledShutdown", broker.in_controlled_shutdown()},
          {"cordoned", broker.intent().cordoned()},
          {"maintenance", broker.intent().maintenance()},
          {"decommission", broker.intent().decommission()},
          {"operator", wish_text(broker)},
          {"epoch", broker.broker_epoch()},
          {"incarnation", uuid_text(broker.incarnation())},
          {"leaders", broker.leaders()},
          {"replicas", broker.replicas()},
          {"lastContactMs", broker.last_contact_ms()}};
}

nlohmann::ordered_json obstacles_json(const v1::DescribeBrokerResponse& response) {
  auto obstacles = nlohmann::ordered_json::array();
  for (const auto& one : response.obstacles()) {
    obstacles.push_back(
        {{"topic", one.topic()}, {"partition", one.partition()}, {"reason", one.reason()}});
  }
  return obstacles;
}

}  // namespace

Status quorum_status(const GlobalOptions& options) {
  const auto client = connect(options);
  if (!client.is_ok()) return client.status();
  const auto answers = ask_all(**client, options);
  const QuorumAnswer* leading = leader_of(answers);
  const v1::DescribeQuorumResponse* leader = leading == nullptr ? nullptr : &*leading->quorum;
  Listing listing("QuorumStatus",
                  {"NODE",
                   "ADDRESS",
                   "ROLE",
                   "TERM",
                   "LAST",
                   "COMMIT",
                   "APPLIED",
                   "TRAILS",
                   "LAST CONTACT",
                   "SYNC P99"});
  listing.set_title(title(answers, leader));
  if (leader != nullptr) {
    listing.set_field("clusterId", uuid_text(leader->cluster_id()));
    listing.set_field("leader", leader->node_id());
    listing.set_field("term", leader->term());
  }
  for (const auto& answer : answers)
    add_row(listing, answer, leader);
  listing.print(options.format);
  if (leader != nullptr) return {};
  return {Code::kUnavailable, "no controller leads"};
}

Status broker_list(const GlobalOptions& options) {
  const auto client = connect(options);
  if (!client.is_ok()) return client.status();
  const auto response = (*client)->describe_cluster({}, options.call());
  if (!response.is_ok()) return response.status();
  Listing listing("BrokerList",
                  {"BROKER",
                   "ADDRESS",
                   "RACK",
                   "STATE",
                   "OPERATOR",
                   "EPOCH",
                   "LEADERS",
                   "REPLICAS",
                   "LAST HEARTBEAT"});
  listing.set_field("clusterId", uuid_text(response->cluster_id()));
  listing.set_field("activeController", response->active_controller());
  for (const auto& broker : response->brokers()) {
    listing.add({std::to_string(broker.broker_id()),
                 endpoints_text(broker),
                 broker.rack().empty() ? "-" : broker.rack(),
                 state_text(broker),
                 wish_text(broker),
                 std::to_string(broker.broker_epoch()),
                 std::to_string(broker.leaders()),
                 std::to_string(broker.replicas()),
                 contact_text(broker)},
                json_of(broker));
  }
  listing.print(options.format);
  return {};
}

int broker_describe(const GlobalOptions& options, std::int32_t id) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::DescribeBrokerRequest request;
  request.set_broker_id(id);
  const auto response = (*client)->describe_broker(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report({Exit::kNotFound,
                   "E_" + v1::ErrorCode_Name(response->error()),
                   response->error_message(),
                   "`quorate broker list` shows who is",
                   "quorate broker list"});
  }
  auto item = json_of(response->broker());
  item["leaving"] = response->leaving();
  item["obstructed"] = response->obstructed();
  if (options.format == Format::kJson) {
    item["obstacles"] = obstacles_json(*response);
    Listing listing("BrokerDescription", {"BROKER"});
    listing.add({std::to_string(id)}, std::move(item));
    listing.print(options.format);
    return static_cast<int>(Exit::kOk);
  }
  Listing listing("BrokerDescription", {"FIELD", "VALUE"});
  for (const auto& [name, value] : item.items())
    listing.add({name, value.is_string() ? value.get<std::string>() : value.dump()}, {});
  for (const auto& one : response->obstacles()) {
    listing.add(
        {"in the way", one.topic() + "-" + std::to_string(one.partition()) + ": " + one.reason()},
        {});
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
