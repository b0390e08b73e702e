// Requests about clients and users, from wire to command and from answer to wire.
#include "controller/service/request_checks.h"
#include "controller/service/request_codec.h"

namespace quorate::controller {
namespace {

Result<std::vector<QuotaEntityName>> entity_from(
    const google::protobuf::RepeatedPtrField<v1::QuotaEntityName>& wire,
    const RequestLimits& limits) {
  constexpr int kPartsMax = 8;  // there are three kinds
  QUORATE_TRY(check_count(wire.size(), kPartsMax, "parts of an entity"));
  std::vector<QuotaEntityName> entity;
  for (const v1::QuotaEntityName& part : wire) {
    QUORATE_TRY(check_text(part.type(), limits, "the kind of an entity"));
    QUORATE_TRY(check_text(part.name(), limits, "the name of an entity"));
    QuotaEntityName& to = entity.emplace_back();
    to.type = part.type();
    if (part.has_name()) to.name = part.name();
  }
  return entity;
}

// An enum's number as the engine's; one that does not fit into it is as unknown as 0.
template <typename Enum>
Enum number_from(int wire) {
  constexpr int kMax = 127;
  return static_cast<Enum>(wire < 0 || wire > kMax ? 0 : wire);
}

AclBinding binding_from(const v1::AclBinding& wire) {
  return {number_from<AclResourceType>(wire.resource_type()),
          wire.resource_name(),
          number_from<AclPatternType>(wire.pattern_type()),
          wire.principal(),
          wire.host(),
          number_from<AclOperation>(wire.operation()),
          number_from<AclPermission>(wire.permission())};
}

}  // namespace

void write_binding(const AclBinding& binding, v1::AclBinding& wire) {
  wire.set_resource_type(static_cast<v1::AclResourceType>(binding.resource_type));
  wire.set_resource_name(binding.resource_name);
  wire.set_pattern_type(static_cast<v1::AclPatternType>(binding.pattern_type));
  wire.set_principal(binding.principal);
  wire.set_host(binding.host);
  wire.set_operation(static_cast<v1::AclOperation>(binding.operation));
  wire.set_permission(static_cast<v1::AclPermission>(binding.permission));
}

AclFilter filter_from(const v1::AclFilter& wire) {
  AclFilter filter;
  filter.resource_type = number_from<AclResourceType>(wire.resource_type());
  filter.pattern_type = number_from<AclPatternType>(wire.pattern_type());
  filter.operation = number_from<AclOperation>(wire.operation());
  filter.permission = number_from<AclPermission>(wire.permission());
  if (wire.has_resource_name()) filter.resource_name = wire.resource_name();
  if (wire.has_principal()) filter.principal = wire.principal();
  if (wire.has_host()) filter.host = wire.host();
  return filter;
}

Result<AlterClientQuotas> to_command(const v1::AlterClientQuotasRequest& request,
                                     const RequestLimits& limits) {
  QUORATE_TRY(check_count(request.entries_size(), limits.quota_entities_max, "entities"));
  AlterClientQuotas command;
  for (const v1::AlterQuotasOfEntity& wire : request.entries()) {
    Result<std::vector<QuotaEntityName>> entity = entity_from(wire.entity(), limits);
    QUORATE_TRY(entity.status());
    QUORATE_TRY(check_count(wire.changes_size(), limits.quota_changes_max, "quotas"));
    AlterQuotasOfEntity& one = command.entries.emplace_back();
    one.entity = *std::move(entity);
    for (const v1::QuotaChange& change : wire.changes()) {
      QUORATE_TRY(check_text(change.key(), limits, "a quota's key"));
      QuotaChange& to = one.changes.emplace_back();
      to.key = change.key();
      if (change.has_value()) to.value = change.value();
    }
  }
  return command;
}

void write_answer(const AlterClientQuotasAnswer& answer, v1::AlterClientQuotasResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const AlterQuotasOfEntityAnswer& one : answer.entries) {
    v1::AlterQuotasOfEntityResult& result = *response.add_results();
    for (const QuotaEntityName& part : one.entity) {
      v1::QuotaEntityName& to = *result.add_entity();
      to.set_type(part.type);
      if (part.name) to.set_name(*part.name);
    }
    result.set_error(one.error);
    result.set_error_message(one.error_message);
  }
}

Result<AlterScram> to_command(const v1::AlterUserScramCredentialsRequest& request,
                              const RequestLimits& limits) {
  QUORATE_TRY(check_count(request.deletions_size(), limits.credentials_max, "deletions"));
  QUORATE_TRY(check_count(request.upsertions_size(), limits.credentials_max, "credentials"));
  AlterScram command;
  for (const v1::ScramDeletion& wire : request.deletions()) {
    QUORATE_TRY(check_text(wire.user(), limits, "the name of a user"));
    command.deletions.push_back({wire.user(), wire.mechanism()});
  }
  for (const v1::ScramUpsertion& wire : request.upsertions()) {
    QUORATE_TRY(check_text(wire.user(), limits, "the name of a user"));
    QUORATE_TRY(check_text(wire.salt(), limits, "a salt"));
    QUORATE_TRY(check_text(wire.stored_key(), limits, "a stored key"));
    QUORATE_TRY(check_text(wire.server_key(), limits, "a server key"));
    command.upsertions.push_back(
        {wire.user(),
         wire.mechanism(),
         {wire.salt(), wire.stored_key(), wire.server_key(), wire.iterations()}});
  }
  return command;
}

Result<CreateAcls> to_command(const v1::CreateAclsRequest& request,
                              const RequestLimits& limits,
                              const std::function<Uuid()>& draw_id) {
  QUORATE_TRY(check_count(request.bindings_size(), limits.acls_max, "entries"));
  CreateAcls command;
  for (const v1::AclBinding& wire : request.bindings()) {
    QUORATE_TRY(check_text(wire.resource_name(), limits, "the name of a resource"));
    QUORATE_TRY(check_text(wire.principal(), limits, "a principal"));
    QUORATE_TRY(check_text(wire.host(), limits, "a host"));
    command.acls.push_back({binding_from(wire), draw_id()});
  }
  return command;
}

Result<DeleteAcls> to_command(const v1::DeleteAclsRequest& request, const RequestLimits& limits) {
  QUORATE_TRY(check_count(request.filters_size(), limits.acl_filters_max, "filters"));
  DeleteAcls command;
  for (const v1::AclFilter& wire : request.filters())
    command.filters.push_back(filter_from(wire));
  return command;
}

void write_answer(const AlterScramAnswer& answer, v1::AlterUserScramCredentialsResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const AlterScramUserAnswer& one : answer.users) {
    v1::AlterUserScramCredentialsResult& result = *response.add_results();
    result.set_user(one.user);
    result.set_error(one.error);
    result.set_error_message(one.error_message);
  }
}

void write_answer(const CreateAclsAnswer& answer, v1::CreateAclsResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const CreateAclAnswer& one : answer.acls) {
    v1::CreateAclResult& result = *response.add_results();
    result.set_error(one.error);
    result.set_error_message(one.error_message);
  }
}

void write_answer(const DeleteAclsAnswer& answer, v1::DeleteAclsResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const DeleteAclsOfFilter& one : answer.filters) {
    v1::DeleteAclsResult& result = *response.add_results();
    result.set_error(one.error);
    result.set_error_message(one.error_message);
    for (const AclBinding& binding : one.deleted)
      write_binding(binding, *result.add_deleted());
  }
}

}  // namespace quorate::controller
