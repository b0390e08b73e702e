// Everything that answers Kafka requests, on a disk of its own, without a socket: requests go in
// and answers come out as bytes, metadata is what the test says.
//
// This is broker 1. Topic "orders" has
//   partition 0   led here since epoch 4, in sync with broker 2, which fetches when the test does
//   partition 1   led by broker 2 in epoch 6, followed here
//   partition 2   led by broker 2 in epoch 1, no replica here
//
// Owner and thread: one test.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/api.h"
#include "broker-stub/kafka/primitives.h"
#include "controller/image/broker_list.h"
#include "controller/image/types.h"

namespace quorate::controller {
class ControllerClient;
}

namespace quorate::broker {

inline constexpr controller::Uuid kOrders{3, 5};
inline constexpr const char* kServingCluster = "AAAAAAAAAAAAAAAAAAAAAQ";

struct Answered {
  enum class Kind : std::uint8_t { kReply, kSilent, kClose };
  Kind kind = Kind::kReply;
  std::string body;
  std::string reason;  // of a close
};

// An answer that may not be there yet.
using Pending = std::shared_ptr<std::optional<Answered>>;

class ServingBroker {
 public:
  // No controller answers.
  ServingBroker();
  explicit ServingBroker(std::unique_ptr<controller::ControllerClient> client);
  ~ServingBroker();
  ServingBroker(const ServingBroker&) = delete;
  ServingBroker& operator=(const ServingBroker&) = delete;

  // What the metadata says of partition 0 from now on.
  void elect(std::int32_t leader);  // in the next epoch
  void set_isr(controller::BrokerList isr);
  void set_min_insync_replicas(int count);

  // Begins to answer; what can be done at once is done.
  template <typename T>
  Pending begin(const T& request, std::int16_t version) {
    kafka::Writer writer;
    request.encode(writer, version);
    return begin_bytes(T::kKey, version, writer.take_string());
  }
  // Goes on with what can go on at once.
  void poll();
  // Waits for the answer.
  Answered end(const Pending& pending);

  // The reply, decoded.
  template <typename Reply, typename T>
  Reply ask(const T& request, std::int16_t version) {
    return decoded<Reply>(end(begin(request, version)), version);
  }
  template <typename Reply>
  static Reply decoded(const Answered& answered, std::int16_t version) {
    INFO(answered.reason);
    REQUIRE(answered.kind == Answered::Kind::kReply);
    kafka::Reader reader(answered.body);
    Reply reply;
    REQUIRE(reply.decode(reader, version).is_ok());
    return reply;
  }

 private:
  struct Parts;
  Pending begin_bytes(kafka::ApiKey key, std::int16_t version, std::string body);

  std::unique_ptr<Parts> parts_;
};

}  // namespace quorate::broker
