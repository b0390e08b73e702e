// Caller: who is at the other end, by the DNS name in its certificate.
//
//   broker-<id>.quorate      BrokerLifecycle, PartitionControl, IdAllocator for its own id only;
//                            MetadataStream; Query; Admin (on behalf of its clients: not what takes
//                            brokers away or elects leaders)
//   admin.quorate            Admin, Query, Quorum, MetadataStream
//   controller-<id>.quorate  Quorum
// Everybody else may do nothing.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "raft/base/status.h"

namespace grpc {
class AuthContext;
class ServerContextBase;
}  // namespace grpc

namespace quorate::controller {

enum class CallerRole : std::uint8_t { kNobody, kBroker, kAdmin, kController };

enum class ServiceName : std::uint8_t {
  kAdmin,
  kBrokerLifecycle,
  kPartitionControl,
  kIdAllocator,
  kMetadataStream,
  kQuery,
  kQuorum,
  kMaintenance,
};

struct Caller {
  CallerRole role = CallerRole::kNobody;
  std::int32_t id = -1;  // of a broker or controller
  std::string name;      // the certificate's; the principal of what it asks
};

// The first of `dns_names` that means something here.
[[nodiscard]] Caller caller_from(std::span<const std::string> dns_names);
[[nodiscard]] Caller caller_of(const grpc::ServerContextBase& context);

// Ok, or kPermissionDenied saying who may not do what.
Status authorize(const Caller& caller, ServiceName service);
// The same for Admin, for what no broker asks on behalf of a client.
Status authorize_administrator(const Caller& caller);
// The same, for what a broker may do only in its own name.
Status authorize_as(const Caller& caller, ServiceName service, std::int32_t broker_id);

}  // namespace quorate::controller
