// What Admin and Query do about clients and users.
#include "controller/service/change_services.h"
#include "controller/service/query_services.h"
#include "controller/service/security_queries.h"

namespace quorate::controller {

grpc::ServerUnaryReactor* AdminService::AlterClientQuotas(
    grpc::CallbackServerContext* context,
    const v1::AlterClientQuotasRequest* request,
    v1::AlterClientQuotasResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<AlterClientQuotasAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::AlterUserScramCredentials(
    grpc::CallbackServerContext* context,
    const v1::AlterUserScramCredentialsRequest* request,
    v1::AlterUserScramCredentialsResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<AlterScramAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::CreateAcls(grpc::CallbackServerContext* context,
                                                   const v1::CreateAclsRequest* request,
                                                   v1::CreateAclsResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<CreateAclsAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits, draw_topic_id); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::DeleteAcls(grpc::CallbackServerContext* context,
                                                   const v1::DeleteAclsRequest* request,
                                                   v1::DeleteAclsResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<DeleteAclsAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* QueryService::DescribeUserScramCredentials(
    grpc::CallbackServerContext* context,
    const v1::DescribeUserScramCredentialsRequest* request,
    v1::DescribeUserScramCredentialsResponse* response) {
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [request, response](const MetadataImage& image) {
                describe_scram(image, *request, *response);
              });
}

grpc::ServerUnaryReactor* QueryService::DescribeAcls(grpc::CallbackServerContext* context,
                                                     const v1::DescribeAclsRequest* request,
                                                     v1::DescribeAclsResponse* response) {
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [request, response](const MetadataImage& image) {
                describe_acls(image, *request, *response);
              });
}

grpc::ServerUnaryReactor* QueryService::DescribeClientQuotas(
    grpc::CallbackServerContext* context,
    const v1::DescribeClientQuotasRequest* request,
    v1::DescribeClientQuotasResponse* response) {
  return read(*context,
              request->mode(),
              *response->mutable_meta(),
              [request, response](const MetadataImage& image) {
                describe_quotas(image, *request, *response);
              });
}

}  // namespace quorate::controller
