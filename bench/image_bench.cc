// Cost of the metadata image at size: bytes per partition, and the time of one delta that touches
// 6,667 of 100,000 topics (1,000,000 partitions, 300 brokers), as published for other designs.
//
//   image_bench [topics] [partitions per topic] [brokers]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include <malloc.h>

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/delta.h"
#include "controller/image/record_fields.h"
#include "raft/base/check.h"

namespace quorate::controller {
namespace {

// Processor time of this one thread: on a shared machine the clock on the wall says little.
double processor_ms() {
  return static_cast<double>(std::clock()) * 1000.0 / CLOCKS_PER_SEC;
}

std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

struct Size {
  int topics = 100'000;
  int partitions = 10;
  int brokers = 300;
};

// Topics are scattered over ids, as drawn ones are.
Uuid topic_id(int number) {
  const auto n = static_cast<std::uint64_t>(number) + 1;
  return {n * 0x9e3779b97f4a7c15ULL, n};
}

v1::RecordBatch topic_batch(const MetadataImage& image, const Size& size, int number) {
  v1::RecordBatch batch;
  batch.set_base_offset(image.end_offset);
  v1::Topic& topic = *batch.add_records()->mutable_topic();
  topic.set_name("topic-" + std::to_string(number));
  write_uuid(topic_id(number), *topic.mutable_id());
  for (int i = 0; i < size.partitions; ++i) {
    const int first = number * size.partitions + i;
    const auto broker = [&](int step) { return (first + step) % size.brokers; };
    Partition partition;
    partition.replicas = partition.isr = BrokerList{broker(0), broker(7), broker(19)};
    partition.leader = broker(0);
    write_partition({topic_id(number), i}, partition, *batch.add_records()->mutable_partition());
  }
  return batch;
}

// One partition of every 15th topic: its ISR shrinks, or its leader moves as well.
enum class Touch : std::uint8_t { kIsr, kLeader };

v1::RecordBatch touching_batch(const MetadataImage& image, const Size& size, Touch touch) {
  v1::RecordBatch batch;
  batch.set_base_offset(image.end_offset);
  for (int number = 0; number < size.topics; number += 15) {
    v1::PartitionChange& change = *batch.add_records()->mutable_partition_change();
    write_uuid(topic_id(number), *change.mutable_topic_id());
    change.set_partition(0);
    const Partition& before = *image.topics.find(TopicPartition{topic_id(number), 0});
    const BrokerList isr = before.isr.without(before.leader);
    write_broker_list(isr, *change.mutable_isr()->mutable_ids());
    if (touch == Touch::kLeader) change.set_leader(isr[0]);
  }
  return batch;
}

void print_times(const char* what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  std::printf("%s: processor time min %.2f ms, median %.2f ms, max %.2f ms\n",
              what,
              times.front(),
              times[times.size() / 2],
              times.back());
}

void measure(const MetadataImage& image, const Size& size, Touch touch, const char* name) {
  constexpr int kRounds = 15;
  const v1::RecordBatch batch = touching_batch(image, size, touch);
  std::vector<double> times;
  std::vector<double> ends;
  for (int round = 0; round < kRounds; ++round) {
    double start = processor_ms();
    std::optional<Result<Replayed>> result = replay(image, batch);
    times.push_back(processor_ms() - start);
    QUORATE_CHECK(result->is_ok());
    start = processor_ms();
    result.reset();
    ends.push_back(processor_ms() - start);
  }
  std::printf("%s, %d topics\n", name, batch.records_size());
  print_times("  replay", times);
  print_times("  end of an image", ends);
}

void run(const Size& size) {
  const std::size_t before = heap_bytes();
  const double start = processor_ms();
  MetadataImage image;
  for (int number = 0; number < size.topics; ++number) {
    const v1::RecordBatch batch = topic_batch(image, size, number);
    Result<Replayed> result = replay(std::move(image), batch);
    QUORATE_CHECK(result.is_ok());
    image = std::move(result->image);
  }
  const double took = processor_ms() - start;
  const double partitions = static_cast<double>(image.topics.partition_count());
  std::printf(
      "%d topics, %.0f partitions, %d brokers built in %.0f ms of processor time: %.2f us per "
      "partition\n",
      size.topics,
      partitions,
      size.brokers,
      took,
      took * 1000 / partitions);
  std::printf("bytes per partition: %.0f\n",
              static_cast<double>(heap_bytes() - before) / partitions);
  measure(image, size, Touch::kIsr, "ISR of one partition each");
  measure(image, size, Touch::kLeader, "ISR and leader of one partition each");
}

}  // namespace
}  // namespace quorate::controller

int main(int argc, char** argv) {
  quorate::controller::Size size;
  if (argc > 1) size.topics = std::atoi(argv[1]);
  if (argc > 2) size.partitions = std::atoi(argv[2]);
  if (argc > 3) size.brokers = std::atoi(argv[3]);
  if (size.topics < 1 || size.partitions < 1 || size.brokers < 20) {
    std::fprintf(stderr, "usage: image_bench [topics] [partitions per topic] [brokers >= 20]\n");
    return 2;
  }
  quorate::controller::run(size);
  return 0;
}
