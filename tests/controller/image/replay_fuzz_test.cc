// Records that nobody would write: replay refuses or takes them, and never does anything else.
#include <cstdint>
#include <iostream>
#include <string>

#include <catch2/catch.hpp>
#include <google/protobuf/stubs/logging.h>

#include "controller/image/delta.h"
#include "raft/base/random.h"
#include "tests/controller/image/records.h"

namespace quorate::controller {
namespace {

using namespace testing;

constexpr std::uint64_t kFirstSeed = 20'261'122;

Uuid some_topic(Random& random) {
  return {1, random.below(4)};
}

BrokerId some_broker(Random& random) {
  return static_cast<BrokerId>(random.below(6)) - 1;
}

TopicPartition some_partition(Random& random) {
  return {some_topic(random), static_cast<std::int32_t>(random.below(4)) - 1};
}

v1::Record some_partition_record(Random& random) {
  v1::Record record = partition(some_partition(random), {some_broker(random), some_broker(random)});
  record.mutable_partition()->set_leader(some_broker(random) - 1);
  if (random.chance(1, 4)) record.mutable_partition()->add_adding_replicas(some_broker(random));
  if (random.chance(1, 4)) {
    record.mutable_partition()->add_eligible_leader_replicas(some_broker(random));
    record.mutable_partition()->set_last_known_leader(some_broker(random));
  }
  if (random.chance(1, 9)) record.mutable_partition()->set_leader_epoch(-1);
  return record;
}

v1::Record some_security_record(Random& random) {
  const std::string user(random.below(3), 'u');
  const auto mechanism = static_cast<v1::ScramMechanism>(random.below(4));
  const Uuid id{0, random.below(4)};
  const double value = static_cast<double>(random.below(4)) / 2;
  switch (random.below(6)) {
    case 0: return user_quota(user, std::string(random.below(3), 'k'), &value);
    case 1: return user_quota(user, "k", nullptr);
    case 2: {
      v1::Record record = credential(user, mechanism);
      if (random.chance(1, 4)) record.mutable_user_scram_credential()->set_server_key("short");
      return record;
    }
    case 3: return credential_removal(user, mechanism);
    case 4: {
      v1::Record record = acl(id, "a", "User:" + user);
      const auto operation = static_cast<v1::AclOperation>(random.below(16));
      record.mutable_access_control_entry()->set_operation(operation);
      return record;
    }
    default: return acl_removal(id);
  }
}

v1::Record some_record(Random& random, std::uint64_t offset) {
  const std::uint64_t epoch = random.chance(3, 4) ? offset : random.below(20);
  switch (random.below(20)) {
    case 0: return registration(some_broker(random), epoch);
    case 1: return unregistration(some_broker(random), epoch);
    case 2: return unfencing(some_broker(random), random.below(20));
    case 3:
    case 4: return topic(some_topic(random), std::string(random.below(3), 'a'));
    case 5: return removal(some_topic(random));
    case 6:
    case 7: return some_partition_record(random);
    case 8: return leader_change(some_partition(random), some_broker(random));
    case 9: return isr_change(some_partition(random), {some_broker(random), some_broker(random)});
    case 10: return topic_config(std::string(random.below(3), 'a'), "x", nullptr);
    case 11: return producer_ids(1, static_cast<std::int64_t>(random.below(1'000)));
    case 12: return feature("f", static_cast<std::int32_t>(random.below(4)) - 1);
    case 13: return eligible_clear(random.chance(1, 2) ? Uuid{} : some_topic(random));
    case 14: return request_done(std::to_string(random.below(50)), "x");
    case 15:
    case 16:
    case 17:
    case 18: return some_security_record(random);
    default: return random.chance(1, 5) ? v1::Record{} : no_op();
  }
}

TEST_CASE("random records are taken or refused and each taken one leaves a sound image",
          "[controller][delta][fuzz][C3]") {
  std::cout << "replay_fuzz_test: seeds from " << kFirstSeed << "\n";
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + 200; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    MetadataImage image;
    for (int step = 0; step < 80; ++step) {
      const std::uint64_t hash = state_hash(image);
      const Result<Replayed> result =
          replay(image, batch(image.end_offset, {some_record(random, image.end_offset)}));
      REQUIRE(state_hash(image) == hash);
      if (!result.is_ok()) {
        REQUIRE((result.status().code() == Code::kCorruption ||
                 result.status().code() == Code::kUnsupported));
        ++refused;
        continue;
      }
      ++taken;
      image = result->image;
    }
    const MetadataImage read = from_snapshot(records_of(image), image.end_offset);
    REQUIRE(state_hash(read) == state_hash(image));
    REQUIRE(text_of(read) == text_of(image));
  }
  CHECK(taken > 2'000);
  CHECK(refused > 2'000);
}

TEST_CASE("random bytes in the place of a batch never crash replay", "[controller][delta][fuzz]") {
  std::string whole;
  for (const v1::RecordBatch& one : life_of_a_cluster()) {
    v1::RecordBatch joined;
    if (!whole.empty()) joined.ParseFromString(whole);
    for (const v1::Record& record : one.records())
      *joined.add_records() = record;
    whole = joined.SerializeAsString();
  }
  const google::protobuf::LogSilencer quiet;  // it speaks of every text that is not UTF-8
  std::size_t parsed = 0;
  for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + 4'000; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    std::string bytes = whole;
    for (std::uint64_t i = random.between(1, 4); i > 0; --i) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    if (random.chance(1, 8)) bytes.resize(random.below(bytes.size()));
    v1::RecordBatch mutated;
    if (!mutated.ParseFromString(bytes)) continue;
    ++parsed;
    const Result<Replayed> result = replay(MetadataImage{}, mutated);
    if (result.is_ok()) static_cast<void>(records_of(result->image));
  }
  CHECK(parsed > 500);
}

}  // namespace
}  // namespace quorate::controller
