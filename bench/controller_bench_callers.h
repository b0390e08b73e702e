// Callers that create topics: each one topic per call, the next call when the last is answered.
//
// All calls go over one connection with mutual TLS and end on one thread, which makes the next
// ones; the same for both paths.
//
// Owner: one round. Thread: that one's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bench/closed_loop.h"
#include "daemon/tls_files.h"

namespace quorate::controller::v1 {
class CreateTopicsRequest;
}

namespace quorate::bench {

// A server that creates topics.
struct TopicServer {
  std::string address;
  TlsMaterial tls;
};

// Requests differ in their number alone, and all are of one size.
[[nodiscard]] controller::v1::CreateTopicsRequest creation(std::uint32_t number,
                                                           std::int32_t partitions);

class TopicCallers {
 public:
  TopicCallers(const TopicServer& server, std::int32_t partitions);
  // Waits for the calls that are under way.
  ~TopicCallers();
  TopicCallers(const TopicCallers&) = delete;
  TopicCallers& operator=(const TopicCallers&) = delete;

  void start(std::size_t callers) { loop_.start(callers, 0); }
  Mark mark() { return loop_.mark(); }

 private:
  class Connection;

  std::unique_ptr<Connection> connection_;
  ClosedLoop loop_;
};

}  // namespace quorate::bench
