// What is asked about quotas, users and access control entries, answered from an image.
//
// Thread: any.
#pragma once

#include "quorate/controller/v1/acl.pb.h"
#include "quorate/controller/v1/quota.pb.h"
#include "quorate/controller/v1/scram.pb.h"

#include "controller/image/image.h"

namespace quorate::controller {

void describe_quotas(const MetadataImage& image,
                     const v1::DescribeClientQuotasRequest& request,
                     v1::DescribeClientQuotasResponse& response);
void describe_scram(const MetadataImage& image,
                    const v1::DescribeUserScramCredentialsRequest& request,
                    v1::DescribeUserScramCredentialsResponse& response);
void describe_acls(const MetadataImage& image,
                   const v1::DescribeAclsRequest& request,
                   v1::DescribeAclsResponse& response);

}  // namespace quorate::controller
