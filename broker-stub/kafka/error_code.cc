#include "broker-stub/kafka/error_code.h"

#include <cstddef>
#include <iterator>
#include <ostream>

namespace quorate::kafka {

namespace {

enum class Retry : std::uint8_t { kNo, kYes };
using enum Retry;

struct Row {
  std::string_view name;
  Retry retry;
  std::string_view message;
};

// Row i is that of code i - 1: ordered by number, without a gap.
constexpr Row kRows[] = {
    {"UNKNOWN_SERVER_ERROR", kNo, "the broker failed in a way it did not expect"},
    {"NONE", kNo, "no error"},
    {"OFFSET_OUT_OF_RANGE", kNo, "the offset lies outside the range of the log"},
    {"CORRUPT_MESSAGE", kYes, "the record batch does not verify"},
    {"UNKNOWN_TOPIC_OR_PARTITION", kYes, "this broker does not know or host the partition"},
    {"INVALID_FETCH_SIZE", kNo, "the fetch size is not valid"},
    {"LEADER_NOT_AVAILABLE", kYes, "the partition has no leader at the moment"},
    {"NOT_LEADER_OR_FOLLOWER", kYes, "this broker is not the leader or a replica of the partition"},
    {"REQUEST_TIMED_OUT", kYes, "the deadline passed before the request was carried out"},
    {"BROKER_NOT_AVAILABLE", kNo, "the broker is not available"},
    {"REPLICA_NOT_AVAILABLE", kYes, "the replica is not available here"},
    {"MESSAGE_TOO_LARGE", kNo, "the record batch is larger than the broker accepts"},
    {"STALE_CONTROLLER_EPOCH", kNo, "a newer controller is active"},
    {"OFFSET_METADATA_TOO_LARGE", kNo, "the metadata of the committed offset is too large"},
    {"NETWORK_EXCEPTION", kYes, "the connection broke before an answer arrived"},
    {"COORDINATOR_LOAD_IN_PROGRESS", kYes, "the coordinator is still reading its state"},
    {"COORDINATOR_NOT_AVAILABLE", kYes, "the coordinator is not available"},
    {"NOT_COORDINATOR", kYes, "this broker does not coordinate the group"},
    {"INVALID_TOPIC_EXCEPTION",
     kNo,
     "the topic name or the operation on this topic is not allowed"},
    {"RECORD_LIST_TOO_LARGE", kNo, "the record batch is larger than a segment may be"},
    {"NOT_ENOUGH_REPLICAS",
     kYes,
     "fewer replicas are in sync than the topic demands; nothing was written"},
    {"NOT_ENOUGH_REPLICAS_AFTER_APPEND",
     kYes,
     "written but then fewer replicas were in sync than the topic demands"},
    {"INVALID_REQUIRED_ACKS", kNo, "acks must be -1 or 0 or 1"},
    {"ILLEGAL_GENERATION", kNo, "the generation is not the group's present one"},
    {"INCONSISTENT_GROUP_PROTOCOL", kNo, "the member supports none of the group's protocols"},
    {"INVALID_GROUP_ID", kNo, "the group id is not valid"},
    {"UNKNOWN_MEMBER_ID", kNo, "the coordinator does not know this member"},
    {"INVALID_SESSION_TIMEOUT", kNo, "the session timeout lies outside the allowed range"},
    {"REBALANCE_IN_PROGRESS", kNo, "the group is rebalancing; join again"},
    {"INVALID_COMMIT_OFFSET_SIZE", kNo, "the committed offset is too large to store"},
    {"TOPIC_AUTHORIZATION_FAILED", kNo, "not allowed on this topic"},
    {"GROUP_AUTHORIZATION_FAILED", kNo, "not allowed on this group"},
    {"CLUSTER_AUTHORIZATION_FAILED", kNo, "not allowed on the cluster"},
    {"INVALID_TIMESTAMP", kNo, "the record's timestamp lies outside the accepted range"},
    {"UNSUPPORTED_SASL_MECHANISM", kNo, "the broker does not offer this SASL mechanism"},
    {"ILLEGAL_SASL_STATE", kNo, "this request does not fit the state of authentication"},
    {"UNSUPPORTED_VERSION", kNo, "this version of the request is not served"},
    {"TOPIC_ALREADY_EXISTS", kNo, "a topic of this name exists"},
    {"INVALID_PARTITIONS", kNo, "the number of partitions is not valid"},
    {"INVALID_REPLICATION_FACTOR",
     kNo,
     "the replication factor is below 1 or above the number of brokers"},
    {"INVALID_REPLICA_ASSIGNMENT", kNo, "the replica assignment is not valid"},
    {"INVALID_CONFIG", kNo, "a configuration key or value is not valid"},
    {"NOT_CONTROLLER", kYes, "the active controller is elsewhere"},
    {"INVALID_REQUEST", kNo, "the request contradicts itself or breaks a rule of the protocol"},
    {"UNSUPPORTED_FOR_MESSAGE_FORMAT", kNo, "the stored message format cannot do this"},
    {"POLICY_VIOLATION", kNo, "a policy of this cluster forbids it"},
    {"OUT_OF_ORDER_SEQUENCE_NUMBER", kNo, "the producer skipped sequence numbers"},
    {"DUPLICATE_SEQUENCE_NUMBER",
     kNo,
     "the producer repeated a sequence number that is no longer remembered"},
    {"INVALID_PRODUCER_EPOCH", kNo, "a newer instance of the producer exists"},
    {"INVALID_TXN_STATE", kNo, "the transaction is in a state that does not allow it"},
    {"INVALID_PRODUCER_ID_MAPPING",
     kNo,
     "the producer id does not belong to this transactional id"},
    {"INVALID_TRANSACTION_TIMEOUT", kNo, "the transaction timeout is above the broker's maximum"},
    {"CONCURRENT_TRANSACTIONS",
     kYes,
     "the previous transaction of this producer is still being completed"},
    {"TRANSACTION_COORDINATOR_FENCED", kNo, "a newer transaction coordinator exists"},
    {"TRANSACTIONAL_ID_AUTHORIZATION_FAILED", kNo, "not allowed on this transactional id"},
    {"SECURITY_DISABLED", kNo, "security features are switched off"},
    {"OPERATION_NOT_ATTEMPTED", kNo, "not tried because an earlier part of the request failed"},
    {"KAFKA_STORAGE_ERROR", kYes, "the broker's disk refused"},
    {"LOG_DIR_NOT_FOUND", kNo, "the log directory does not exist"},
    {"SASL_AUTHENTICATION_FAILED", kNo, "authentication failed"},
    {"UNKNOWN_PRODUCER_ID", kNo, "the broker no longer remembers this producer"},
    {"REASSIGNMENT_IN_PROGRESS", kNo, "the partition is being reassigned"},
    {"DELEGATION_TOKEN_AUTH_DISABLED", kNo, "delegation tokens are switched off"},
    {"DELEGATION_TOKEN_NOT_FOUND", kNo, "no such delegation token"},
    {"DELEGATION_TOKEN_OWNER_MISMATCH", kNo, "the delegation token belongs to someone else"},
    {"DELEGATION_TOKEN_REQUEST_NOT_ALLOWED",
     kNo,
     "delegation tokens cannot be asked for on this connection"},
    {"DELEGATION_TOKEN_AUTHORIZATION_FAILED", kNo, "not allowed on this delegation token"},
    {"DELEGATION_TOKEN_EXPIRED", kNo, "the delegation token has expired"},
    {"INVALID_PRINCIPAL_TYPE", kNo, "the principal type is not supported"},
    {"NON_EMPTY_GROUP", kNo, "the group still has members"},
    {"GROUP_ID_NOT_FOUND", kNo, "no such group"},
    {"FETCH_SESSION_ID_NOT_FOUND", kYes, "no such fetch session"},
    {"INVALID_FETCH_SESSION_EPOCH", kYes, "the fetch session is at another epoch"},
    {"LISTENER_NOT_FOUND",
     kYes,
     "the leader has no listener of the name that the request came in on"},
    {"TOPIC_DELETION_DISABLED", kNo, "deleting topics is switched off"},
    {"FENCED_LEADER_EPOCH", kYes, "the client's leader epoch is older than the broker's"},
    {"UNKNOWN_LEADER_EPOCH", kYes, "the client's leader epoch is newer than the broker's"},
    {"UNSUPPORTED_COMPRESSION_TYPE",
     kNo,
     "this version of the request does not allow the compression type"},
    {"STALE_BROKER_EPOCH", kNo, "the broker epoch is old"},
    {"OFFSET_NOT_AVAILABLE", kYes, "the new leader does not know its high watermark yet"},
    {"MEMBER_ID_REQUIRED", kNo, "join again with the member id in this answer"},
    {"PREFERRED_LEADER_NOT_AVAILABLE", kYes, "the preferred leader is not available"},
    {"GROUP_MAX_SIZE_REACHED", kNo, "the group is full"},
    {"FENCED_INSTANCE_ID", kNo, "another member uses this static member id"},
    {"ELIGIBLE_LEADERS_NOT_AVAILABLE", kYes, "no eligible leader is available"},
    {"ELECTION_NOT_NEEDED", kYes, "the partition already has the wanted leader"},
    {"NO_REASSIGNMENT_IN_PROGRESS", kNo, "the partition is not being reassigned"},
    {"GROUP_SUBSCRIBED_TO_TOPIC", kNo, "the group is subscribed to this topic"},
    {"INVALID_RECORD", kNo, "the record batch breaks a rule that every replica would refuse"},
    {"UNSTABLE_OFFSET_COMMIT", kYes, "committed offsets are pending in a transaction"},
    {"THROTTLING_QUOTA_EXCEEDED", kYes, "a quota is used up"},
    {"PRODUCER_FENCED", kNo, "a newer producer uses this transactional id"},
    {"RESOURCE_NOT_FOUND", kNo, "no such resource"},
    {"DUPLICATE_RESOURCE", kNo, "the resource is named twice"},
    {"UNACCEPTABLE_CREDENTIAL", kNo, "the credential does not meet the rules"},
    {"INCONSISTENT_VOTER_SET", kNo, "the voters named are not the quorum's"},
    {"INVALID_UPDATE_VERSION", kNo, "the update carries a version that is not the next one"},
    {"FEATURE_UPDATE_FAILED", kNo, "the feature could not be changed"},
    {"PRINCIPAL_DESERIALIZATION_FAILURE", kNo, "the forwarded principal cannot be read"},
    {"SNAPSHOT_NOT_FOUND", kNo, "no such snapshot"},
    {"POSITION_OUT_OF_RANGE", kNo, "the position lies outside the snapshot"},
    {"UNKNOWN_TOPIC_ID", kYes, "this broker does not know the topic id"},
    {"DUPLICATE_BROKER_REGISTRATION", kNo, "another live process registered under this broker id"},
    {"BROKER_ID_NOT_REGISTERED", kNo, "this broker id is not registered"},
    {"INCONSISTENT_TOPIC_ID", kYes, "the log belongs to another topic id"},
    {"INCONSISTENT_CLUSTER_ID", kNo, "the request is meant for another cluster"},
    {"TRANSACTIONAL_ID_NOT_FOUND", kNo, "no such transactional id"},
    {"FETCH_SESSION_TOPIC_ID_ERROR", kYes, "the fetch session changed its mind about topic ids"},
    {"INELIGIBLE_REPLICA", kNo, "the replica may not join the in-sync set"},
    {"NEW_LEADER_ELECTED", kNo, "the change was made and moved the leader"},
    {"OFFSET_MOVED_TO_TIERED_STORAGE", kNo, "the offset is in remote storage"},
    {"FENCED_MEMBER_EPOCH", kNo, "the member's epoch is old"},
    {"UNRELEASED_INSTANCE_ID", kNo, "the static member id is still in use"},
    {"UNSUPPORTED_ASSIGNOR", kNo, "the assignor is not supported"},
    {"STALE_MEMBER_EPOCH", kNo, "the member must fetch its new epoch"},
    {"MISMATCHED_ENDPOINT_TYPE", kNo, "the request came in at the wrong kind of endpoint"},
    {"UNSUPPORTED_ENDPOINT_TYPE", kNo, "this kind of endpoint is not served"},
    {"UNKNOWN_CONTROLLER_ID", kNo, "no such controller"},
};

static_assert(std::size(kRows) == static_cast<std::size_t>(ErrorCode::kUnknownControllerId) + 2);

const Row* row_of(ErrorCode code) {
  const int index = static_cast<int>(code) + 1;
  if (index < 0 || index >= static_cast<int>(std::size(kRows))) return nullptr;
  return &kRows[static_cast<std::size_t>(index)];
}

}  // namespace

std::string_view to_string(ErrorCode code) {
  const Row* row = row_of(code);
  return row != nullptr ? row->name : "UNKNOWN_CODE";
}

std::string_view message_of(ErrorCode code) {
  const Row* row = row_of(code);
  return row != nullptr ? row->message : "an error code that this program does not know";
}

bool is_retriable(ErrorCode code) {
  const Row* row = row_of(code);
  return row != nullptr && row->retry == kYes;
}

std::ostream& operator<<(std::ostream& out, ErrorCode code) {
  return out << to_string(code);
}

}  // namespace quorate::kafka
