// Refusal: our Status as a gRPC status with the metadata that clients decide by.
//
//   quorate-outcome: rejected | unknown      did it certainly not happen, or may it have?
//   quorate-leader:  <id> <host:port>        who decides, when that is another controller
//
// Thread: any.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include "controller/service/quorum_port.h"
#include "raft/base/status.h"

namespace quorate::controller {

// Where the services of each controller listen, by node id. May lack some.
using ControllerAddresses = std::map<std::uint64_t, std::string>;

class Refusals {
 public:
  // `port` must outlive it.
  Refusals(const QuorumPort& port, ControllerAddresses addresses)
      : port_(port), addresses_(std::move(addresses)) {}

  // Requires !why.is_ok(). Adds to the trailing metadata of `context`.
  [[nodiscard]] grpc::Status refuse(grpc::ServerContextBase& context, const Status& why) const;

  [[nodiscard]] const ControllerAddresses& addresses() const { return addresses_; }

 private:
  const QuorumPort& port_;
  const ControllerAddresses addresses_;
};

[[nodiscard]] grpc::StatusCode to_grpc(Code code);

}  // namespace quorate::controller
