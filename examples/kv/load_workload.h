// What one logical client of a load does next.
//
// Values are unique, so that a read tells which write it saw. Keys belong to groups, and a
// transaction stays inside one: histories then fall into small parts that are checked apart.
// Owner: the logical client. Thread: that one's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "quorate/kv/v1/kv.pb.h"

#include "raft/base/random.h"

namespace quorate::kv {

// How often which operation is drawn, relative to the others.
struct Mix {
  std::uint32_t get = 40;
  std::uint32_t put = 25;
  std::uint32_t cas = 20;
  std::uint32_t erase = 5;
  std::uint32_t txn = 10;
  std::uint32_t stale_get = 0;
};

struct WorkloadOptions {
  Mix mix;
  std::size_t keys = 64;
  std::size_t keys_per_group = 2;
  std::size_t value_bytes = 0;  // values are padded to it
  std::string prefix;           // of every key
};

class Workload {
 public:
  Workload(const WorkloadOptions& options, std::uint64_t client, std::uint64_t seed)
      : options_(options), client_(client), random_(seed) {}

  [[nodiscard]] v1::Request next();
  // What an operation said about the keys it touched: compares are drawn from it.
  void learn(const v1::Request& request, const v1::Response& response);

  [[nodiscard]] std::string key(std::size_t at) const {
    return options_.prefix + "k" + std::to_string(at);
  }

 private:
  [[nodiscard]] std::string new_value();
  [[nodiscard]] std::size_t draw_key() { return random_.below(options_.keys); }
  void draw_txn(v1::Txn& txn);

  const WorkloadOptions& options_;
  const std::uint64_t client_;
  Random random_;
  std::uint64_t values_ = 0;
  std::map<std::string, std::string> seen_;  // at most one value per key
};

}  // namespace quorate::kv
