// Records about clients and users (quotas, SCRAM credentials, access control entries) and the parts
// of the image that they change.
//
// Errors of apply(): kUnsupported (an enum value that this version does not know), kCorruption (the
// record does not fit).
// Thread: any.
#pragma once

#include <string_view>

#include "controller/image/acls_image.h"
#include "controller/image/client_quotas_image.h"
#include "controller/image/scram_image.h"
#include "raft/base/status.h"

namespace quorate::controller::v1 {
class AccessControlEntry;
class ClientQuota;
class RemoveAccessControlEntry;
class RemoveUserScramCredential;
class UserScramCredential;
}  // namespace quorate::controller::v1

namespace quorate::controller {

Status apply(const v1::ClientQuota& record, ClientQuotasImage& quotas);
Status apply(const v1::UserScramCredential& record, ScramImage& scram);
Status apply(const v1::RemoveUserScramCredential& record, ScramImage& scram);
Status apply(const v1::AccessControlEntry& record, AclsImage& acls);
Status apply(const v1::RemoveAccessControlEntry& record, AclsImage& acls);

// No value removes the quota.
void write_quota(const QuotaEntity& entity,
                 std::string_view key,
                 std::optional<double> value,
                 v1::ClientQuota& record);
void write_credential(const ScramKey& key,
                      const ScramCredential& credential,
                      v1::UserScramCredential& record);
void write_removal(const ScramKey& key, v1::RemoveUserScramCredential& record);
void write_entry(const Uuid& id, const AclBinding& binding, v1::AccessControlEntry& record);
void write_removal(const Uuid& id, v1::RemoveAccessControlEntry& record);

}  // namespace quorate::controller
