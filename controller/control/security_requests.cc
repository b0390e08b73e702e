// What administrators ask about clients and users: each decision is made by the file that it names.
#include "quorate/controller/v1/common.pb.h"

#include "controller/control/acl_control.h"
#include "controller/control/active_controller.h"
#include "controller/control/draft.h"
#include "controller/control/quota_control.h"
#include "controller/control/request_decision.h"
#include "controller/control/scram_control.h"

namespace quorate::controller {

std::string shown(const std::string& text) {
  return "'" + text.substr(0, kShownTextMax) + "'";
}

Decision<AlterClientQuotasAnswer> ActiveController::decide(const AlterClientQuotas& command,
                                                           const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_request<AlterClientQuotasAnswer>(
      pending_,
      ctx,
      {"AlterClientQuotas", codec_.alter_client_quotas},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return alter_client_quotas(draft, command, options_); });
}

Decision<AlterScramAnswer> ActiveController::decide(const AlterScram& command,
                                                    const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_request<AlterScramAnswer>(
      pending_,
      ctx,
      {"AlterUserScramCredentials", codec_.alter_scram},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return alter_scram(draft, command, options_); });
}

Decision<CreateAclsAnswer> ActiveController::decide(const CreateAcls& command,
                                                    const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_request<CreateAclsAnswer>(
      pending_,
      ctx,
      {"CreateAcls", codec_.create_acls},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return create_acls(draft, command, options_); });
}

Decision<DeleteAclsAnswer> ActiveController::decide(const DeleteAcls& command,
                                                    const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_request<DeleteAclsAnswer>(
      pending_,
      ctx,
      {"DeleteAcls", codec_.delete_acls},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return delete_acls(draft, command, options_); });
}

}  // namespace quorate::controller
