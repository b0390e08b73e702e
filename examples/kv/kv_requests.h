// KvRequests: from a request to its answer, through the log or through a read barrier. Knows
// nothing of gRPC.
//
// Every request is answered exactly once, and its outcome is one of three: committed, rejected
// (certainly no effect of this attempt) or unknown. A read has no effect, so one that fails is
// rejected.
//
// Owner: main. Thread: any.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "quorate/kv/v1/kv.pb.h"

#include "examples/kv/kv_state_machine.h"
#include "raft/base/clock.h"
#include "raft/server/server.h"

namespace quorate::kv {

class KvRequests {
 public:
  using Answer = std::function<void(v1::Response)>;

  // Clients are sent to `addresses` (of Kv services, by node) when another server leads.
  KvRequests(std::map<std::uint64_t, std::string> addresses, const KvStateMachine& machine)
      : addresses_(std::move(addresses)), machine_(machine) {}

  // Before the first request. `server` must outlive the last answer.
  void attach(raft::Server& server) { server_ = &server; }

  // `answer` may be called before this returns, and on any thread; it must not block.
  void submit(v1::Request request, Answer answer);
  [[nodiscard]] v1::StatusResponse status() const;

 private:
  void read(std::uint64_t id, const v1::Get& get, Answer answer);
  void read_at_least(std::uint64_t id, const v1::Get& get, Answer answer);
  void write(v1::Request& request, Answer answer);
  [[nodiscard]] v1::Response finish_read(std::uint64_t id, const std::string& key) const;
  [[nodiscard]] v1::Response refuse(std::uint64_t id, const Status& status) const;

  const std::map<std::uint64_t, std::string> addresses_;
  const KvStateMachine& machine_;
  raft::Server* server_ = nullptr;
};

}  // namespace quorate::kv
