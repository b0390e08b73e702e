#include "controller/service/caller.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include <grpcpp/security/auth_context.h>
#include <grpcpp/server_context.h>

namespace quorate::controller {
namespace {

constexpr std::string_view kDomain = ".quorate";
constexpr const char* kPeerDns = "peer_dns";

// The number of "<kind>-<number>.quorate".
std::optional<std::int32_t> number_in(std::string_view name, std::string_view kind) {
  if (!name.starts_with(kind) || !name.ends_with(kDomain)) return std::nullopt;
  if (name.size() <= kind.size() + kDomain.size()) return std::nullopt;
  const auto digits = name.substr(kind.size(), name.size() - kind.size() - kDomain.size());
  const bool plain = digits == "0" || (digits[0] >= '1' && digits[0] <= '9');
  std::int32_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, number);
  if (!plain || parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return number;
}

std::string_view name_of(ServiceName service) {
  switch (service) {
    case ServiceName::kAdmin: return "Admin";
    case ServiceName::kBrokerLifecycle: return "BrokerLifecycle";
    case ServiceName::kPartitionControl: return "PartitionControl";
    case ServiceName::kIdAllocator: return "IdAllocator";
    case ServiceName::kMetadataStream: return "MetadataStream";
    case ServiceName::kQuery: return "Query";
    case ServiceName::kQuorum: return "Quorum";
    case ServiceName::kMaintenance: return "Maintenance";
  }
  return "?";
}

bool may(CallerRole role, ServiceName service) {
  switch (role) {
    case CallerRole::kNobody: return false;
    case CallerRole::kBroker:
      return service != ServiceName::kQuorum && service != ServiceName::kMaintenance;
    case CallerRole::kAdmin:
      return service == ServiceName::kAdmin || service == ServiceName::kQuery ||
             service == ServiceName::kQuorum || service == ServiceName::kMaintenance ||
             service == ServiceName::kMetadataStream;
    case CallerRole::kController: return service == ServiceName::kQuorum;
  }
  return false;
}

Status denied(const Caller& caller, std::string_view what) {
  const std::string who = caller.name.empty() ? "this certificate" : caller.name;
  return {Code::kPermissionDenied, who + " may not use " + std::string(what)};
}

}  // namespace

Caller caller_from(std::span<const std::string> dns_names) {
  for (const std::string& name : dns_names) {
    if (name == "admin.quorate") return {CallerRole::kAdmin, -1, name};
    if (const auto id = number_in(name, "broker-")) return {CallerRole::kBroker, *id, name};
    if (const auto id = number_in(name, "controller-")) return {CallerRole::kController, *id, name};
  }
  return {};
}

Caller caller_of(const grpc::ServerContextBase& context) {
  std::vector<std::string> names;
  const auto auth = context.auth_context();
  if (auth != nullptr && auth->IsPeerAuthenticated()) {
    for (const grpc::string_ref& name : auth->FindPropertyValues(kPeerDns)) {
      names.emplace_back(name.data(), name.size());
    }
  }
  return caller_from(names);
}

Status authorize(const Caller& caller, ServiceName service) {
  return may(caller.role, service) ? Status::ok() : denied(caller, name_of(service));
}

Status authorize_administrator(const Caller& caller) {
  QUORATE_TRY(authorize(caller, ServiceName::kAdmin));
  if (caller.role == CallerRole::kAdmin) return Status::ok();
  return denied(caller, "what administrators alone may ask");
}

Status authorize_as(const Caller& caller, ServiceName service, std::int32_t broker_id) {
  QUORATE_TRY(authorize(caller, service));
  if (caller.id == broker_id) return Status::ok();
  return denied(caller, std::string(name_of(service)) + " for broker " + std::to_string(broker_id));
}

}  // namespace quorate::controller
