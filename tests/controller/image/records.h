// Builders of records and batches for tests of the image.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/image.h"
#include "controller/image/types.h"

namespace quorate::controller::testing {

inline constexpr Uuid kOrders{1, 1};
inline constexpr Uuid kPayments{2, 2};

v1::Record registration(BrokerId id, std::uint64_t epoch);
v1::Record unregistration(BrokerId id, std::uint64_t epoch);
v1::Record unfencing(BrokerId id, std::uint64_t epoch);
v1::Record departing(BrokerId id, std::uint64_t epoch, v1::BrokerDeparture departure);
v1::Record topic(const Uuid& id, const std::string& name);
v1::Record removal(const Uuid& id);
v1::Record partition(const TopicPartition& id, std::initializer_list<BrokerId> replicas);
v1::Record leader_change(const TopicPartition& id, BrokerId leader);
v1::Record isr_change(const TopicPartition& id, std::initializer_list<BrokerId> isr);
v1::Record topic_config(const std::string& topic, const std::string& name, const char* value);
// Of one topic, or of all when it is none.
v1::Record eligible_clear(const Uuid& topic);
v1::Record producer_ids(BrokerId id, std::int64_t next);
v1::Record feature(const std::string& name, std::int32_t level);
v1::Record no_op();
// Of one user; no value removes it.
v1::Record user_quota(const std::string& user, const std::string& key, const double* value);
// Two of alice, one of them together with the default of client ids.
std::vector<v1::Record> some_quotas();
// Two of alice, one of bob.
std::vector<v1::Record> some_credentials();
v1::Record credential(const std::string& user, v1::ScramMechanism mechanism);
v1::Record credential_removal(const std::string& user, v1::ScramMechanism mechanism);
// Somebody may read a topic.
v1::Record acl(const Uuid& id, const std::string& topic, const std::string& principal);
v1::Record acl_removal(const Uuid& id);
v1::Record request_done(const std::string& id, const std::string& response);

v1::RecordBatch batch(std::uint64_t base_offset, const std::vector<v1::Record>& records);

// One batch for each step of a small cluster's life; every kind of record is among them.
std::vector<v1::RecordBatch> life_of_a_cluster();

// Replays onto `image`; fails the test when that is an error or void.
MetadataImage replayed(const MetadataImage& image, const v1::RecordBatch& batch);
MetadataImage image_after(const std::vector<v1::RecordBatch>& batches);

// All records that write_image gives, in one sequence.
std::vector<v1::Record> records_of(const MetadataImage& image);
// The image that a snapshot of these records makes.
MetadataImage from_snapshot(const std::vector<v1::Record>& records, std::uint64_t end_offset);
// The image as the content of a snapshot, and back; reading fails the test when it is refused.
std::string bytes_of(const MetadataImage& image);
MetadataImage from_bytes(std::string_view bytes);
// The records as text, for comparing images by content.
std::string text_of(const MetadataImage& image);

}  // namespace quorate::controller::testing
