// What administrators and partition leaders ask: each decision is made by the file that it names.
#include <utility>

#include "quorate/controller/v1/common.pb.h"

#include "controller/control/active_controller.h"
#include "controller/control/config_control.h"
#include "controller/control/draft.h"
#include "controller/control/feature_control.h"
#include "controller/control/mutation_quota.h"
#include "controller/control/partition_control.h"
#include "controller/control/reassignment.h"
#include "controller/control/request_decision.h"
#include "controller/control/topic_control.h"

namespace quorate::controller {
namespace {

// Decides what takes of the client's mutation quota; what it took is gone if the decision stands.
template <typename Answer, typename Decide>
Decision<Answer> decide_charged(MutationBuckets& buckets,
                                const MetadataImage& pending,
                                const RequestContext& ctx,
                                Decide decide) {
  MutationCharge charge = buckets.begin(pending.quotas, ctx.client, ctx.now_ms);
  Decision<Answer> decision = decide(charge);
  decision.throttle_ms = charge.throttle_ms();
  if (decision.status.is_ok() && ctx.mode != Mode::kPlan) buckets.settle(charge);
  return decision;
}

}  // namespace

Decision<CreateTopicsAnswer> ActiveController::decide(const CreateTopics& command,
                                                      const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_charged<CreateTopicsAnswer>(mutations_, pending_, ctx, [&](MutationCharge& charge) {
    return decide_request<CreateTopicsAnswer>(
        pending_,
        ctx,
        {"CreateTopics", codec_.create_topics},
        options_.request_id_bytes_max,
        [&](Draft& draft) { return create_topics(draft, command, {options_, charge, ctx.seed}); });
  });
}

Decision<DeleteTopicsAnswer> ActiveController::decide(const DeleteTopics& command,
                                                      const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_charged<DeleteTopicsAnswer>(mutations_, pending_, ctx, [&](MutationCharge& charge) {
    return decide_request<DeleteTopicsAnswer>(
        pending_,
        ctx,
        {"DeleteTopics", codec_.delete_topics},
        options_.request_id_bytes_max,
        [&](Draft& draft) { return delete_topics(draft, command, {options_, charge}); });
  });
}

Decision<AlterPartitionAnswer> ActiveController::decide(const AlterPartition& command,
                                                        const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_request<AlterPartitionAnswer>(
      pending_,
      ctx,
      {"AlterPartition", codec_.alter_partition},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return alter_partition(draft, command); });
}

Decision<AllocateProducerIdsAnswer> ActiveController::decide(const AllocateProducerIds& command,
                                                             const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_request<AllocateProducerIdsAnswer>(
      pending_,
      ctx,
      {"AllocateProducerIds", codec_.allocate_producer_ids},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return allocate_producer_ids(draft, command, options_); });
}

Decision<ElectLeadersAnswer> ActiveController::decide(const ElectLeaders& command,
                                                      const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  Resume next;
  Decision<ElectLeadersAnswer> decision = decide_request<ElectLeadersAnswer>(
      pending_,
      ctx,
      {"ElectLeaders", codec_.elect_leaders},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return elect_leaders(draft, command, options_, next); });
  const bool stands = decision.status.is_ok() && ctx.mode == Mode::kCommit;
  if (!stands || !next.has_value()) return decision;
  if (command.type == ElectionType::kUnclean) {
    unfinished_.force_election(*next);
  } else {
    unfinished_.request_balance();
  }
  return decision;
}

Decision<AlterConfigsAnswer> ActiveController::decide(const AlterConfigs& command,
                                                      const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  Decision<AlterConfigsAnswer> decision = decide_request<AlterConfigsAnswer>(
      pending_,
      ctx,
      {"AlterConfigs", codec_.alter_configs},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return alter_configs(draft, command, options_); });
  // Who leads may depend on it (ELE-8), also where nobody leads already.
  const bool is_leaderless = !pending_.topics.index().leaderless().empty();
  if (decision.batch != nullptr && is_leaderless) unfinished_.request_election();
  return decision;
}

Decision<AlterReassignmentsAnswer> ActiveController::decide(const AlterReassignments& command,
                                                            const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_request<AlterReassignmentsAnswer>(
      pending_,
      ctx,
      {"AlterPartitionReassignments", codec_.alter_reassignments},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return alter_reassignments(draft, command, options_); });
}

Decision<CreatePartitionsAnswer> ActiveController::decide(const CreatePartitions& command,
                                                          const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_charged<CreatePartitionsAnswer>(
      mutations_, pending_, ctx, [&](MutationCharge& charge) {
        return decide_request<CreatePartitionsAnswer>(
            pending_,
            ctx,
            {"CreatePartitions", codec_.create_partitions},
            options_.request_id_bytes_max,
            [&](Draft& draft) {
              return create_partitions(draft, command, {options_, charge, ctx.seed});
            });
      });
}

Decision<UpdateFeaturesAnswer> ActiveController::decide(const UpdateFeatures& command,
                                                        const RequestContext& ctx) {
  sessions_.observe(ctx.now_ms);
  return decide_request<UpdateFeaturesAnswer>(
      pending_,
      ctx,
      {"UpdateFeatures", codec_.update_features},
      options_.request_id_bytes_max,
      [&](Draft& draft) { return update_features(draft, command, options_); });
}

}  // namespace quorate::controller
