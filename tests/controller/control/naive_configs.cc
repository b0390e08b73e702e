// The naive model: what is configured. CFG-1 to CFG-6.
#include <algorithm>

#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {
namespace {

constexpr const char* kMinIsr = "min.insync.replicas";
constexpr const char* kUnclean = "unclean.leader.election.enable";

bool is_list(const std::string& key) {
  return key == "cleanup.policy" || key == "log.cleanup.policy";
}

bool is_known(int type, const std::string& key) {
  return key == kMinIsr || key == kUnclean ||
         key == (type == 2 ? "" : "log.") + std::string("cleanup.policy");
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char letter : text) {
    if (letter == ',') {
      words.emplace_back();
    } else {
      words.back() += letter;
    }
  }
  return words;
}

bool is_valid(const std::string& key, const std::string& value) {
  if (key == kUnclean) return value == "true" || value == "false";
  if (key == kMinIsr) return value.size() == 1 && value >= "1" && value <= "9";
  const auto words = words_of(value);
  return std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "delete" || word == "compact";
  });
}

std::string built_in(const std::string& key) {
  if (key == kMinIsr) return "1";
  return key == kUnclean ? "false" : "delete";
}

std::string where_of(const NaiveResource& resource) {
  return (resource.type == 2 ? "topic/" : "broker/") + resource.name;
}

}  // namespace

int NaiveModel::min_isr_of(const std::string& topic) const {
  return std::stoi(value_of("topic/" + topic, kMinIsr));
}

std::string NaiveModel::value_of(const std::string& where, const std::string& key) const {
  const std::string below =
      is_list(key) && where.starts_with("topic/") ? "log.cleanup.policy" : key;
  for (const auto& [place, name] :
       {std::pair(where, key), std::pair(std::string("broker/"), below)}) {
    const auto found = configs.find(place);
    if (found != configs.end() && found->second.contains(name)) return found->second.at(name);
  }
  return built_in(key);
}

// CFG-3.
int NaiveModel::fault_of_resource(const NaiveResource& resource) const {
  if (resource.type == 2) return topics.contains(resource.name) ? 0 : 3;
  if (resource.type != 4) return 35;  // UNSUPPORTED_VERSION
  if (resource.name.empty()) return 0;
  return brokers.contains(std::stoi(resource.name)) ? 0 : 102;  // BROKER_ID_NOT_REGISTERED
}

int NaiveModel::alter_configs(const NaiveResource& resource,
                              const std::vector<NaiveSetting>& settings) {
  if (const int fault = fault_of_resource(resource)) return fault;
  const std::string where = where_of(resource);
  Values after = configs.contains(where) ? configs.at(where) : Values{};
  std::set<std::string> named;
  for (const NaiveSetting& one : settings) {
    if (!named.insert(one.key).second) return 42;  // INVALID_REQUEST
    if (!is_known(resource.type, one.key)) return 40;
    if (one.op == 0) after[one.key] = one.value;
    if (one.op == 1) after.erase(one.key);
    if (one.op < 2) continue;
    if (!is_list(one.key)) return 40;  // INVALID_CONFIG
    std::vector<std::string> words = words_of(value_of(where, one.key));
    for (const std::string& word : words_of(one.value)) {
      if (one.op == 3) std::erase(words, word);
      if (one.op == 2 && std::count(words.begin(), words.end(), word) == 0) words.push_back(word);
    }
    after[one.key].clear();
    for (const std::string& word : words)
      after[one.key] += (after[one.key].empty() ? "" : ",") + word;
  }
  return change(resource, after, named);
}

int NaiveModel::replace_configs(const NaiveResource& resource,
                                const std::vector<NaiveSetting>& settings) {
  if (const int fault = fault_of_resource(resource)) return fault;
  Values after;
  std::set<std::string> named;
  for (const NaiveSetting& one : settings) {
    if (!named.insert(one.key).second) return 42;
    if (!is_known(resource.type, one.key)) return 40;
    after[one.key] = one.value;
  }
  return change(resource, after, named);
}

int NaiveModel::change(const NaiveResource& resource,
                       const Values& after,
                       const std::set<std::string>& named) {
  const std::string where = where_of(resource);
  for (const auto& [key, value] : after) {
    if (!is_valid(key, value)) return 40;
  }
  if (keeps_eligible && resource.type == 4) {
    if (resource.name.empty() ? !after.contains(kMinIsr) : named.contains(kMinIsr)) return 40;
  }
  const Values before = configs.contains(where) ? configs.at(where) : Values{};
  const std::string min_isr = value_of(where, kMinIsr);
  const std::uint64_t end_before = end;
  std::set<std::string> keys = named;
  for (const auto& [key, value] : before)
    keys.insert(key);
  for (const std::string& key : keys) {
    const bool stays = before.contains(key) == after.contains(key) &&
                       (!after.contains(key) || before.at(key) == after.at(key));
    if (!stays || (resource.type == 4 && named.contains(key))) ++end;
  }
  configs[where] = after;
  if (keeps_eligible && value_of(where, kMinIsr) != min_isr) {
    clear_eligible(resource.type == 2 ? resource.name : "");
  }
  if (end > end_before) lead_leaderless();
  return 0;
}

// FEA-1, CFG-6, PAR-4.
int NaiveModel::update_feature(int level, Way asked) {
  constexpr int kInvalid = 95;  // INVALID_UPDATE_VERSION
  const int from = keeps_eligible ? 1 : 0;
  if (level > 1 || (level > from && asked == Way::kDown)) return kInvalid;
  if (level < from && asked == Way::kUp) return kInvalid;
  if (level == from) return 0;
  if (level == 1) {
    keeps_eligible = true;
    ++end;
    if (configs["broker/"].emplace(kMinIsr, "1").second) ++end;
    for (auto& [where, values] : configs) {
      if (where.starts_with("broker/") && where != "broker/") end += values.erase(kMinIsr);
    }
    return 0;
  }
  if (eligible_in_file) return kInvalid;
  for (const auto& [name, partitions] : topics) {
    for (const NaivePartition& one : partitions) {
      if (one.isr.empty()) return kInvalid;
    }
  }
  keeps_eligible = false;
  ++end;
  clear_eligible("");
  return 0;
}

void NaiveModel::clear_eligible(const std::string& topic) {
  bool has_cleared = false;
  for (auto& [name, partitions] : topics) {
    for (NaivePartition& one : partitions) {
      if ((!topic.empty() && name != topic) || one.isr.empty() || one.elr.empty()) continue;
      one.elr.clear();
      ++one.partition_epoch;
      has_cleared = true;
    }
  }
  if (has_cleared) ++end;
}

}  // namespace quorate::controller::testing
