// What the command loop counts, under Kafka's names where Kafka has them.
//
// Thread: any.
#pragma once

#include "daemon/metrics.h"

namespace quorate::controller {

struct LoopMetrics {
  explicit LoopMetrics(Metrics& metrics)
      : queue_time(metrics.histogram("quorate_controller_queue_seconds",
                                     "Time from a command's arrival until it is decided.")),
        decide_time(
            metrics.histogram("quorate_controller_decide_seconds", "Time to decide one command.")),
        commit_time(metrics.histogram("quorate_controller_commit_seconds",
                                      "Time from a batch's proposal until it is applied.")),
        started(metrics.counter("kafka_controller_kafkacontroller_eventqueueoperationsstartedcount",
                                "Commands taken from the queue.")),
        timed_out(
            metrics.counter("kafka_controller_kafkacontroller_eventqueueoperationstimedoutcount",
                            "Commands that waited longer than their deadline.")),
        refused_busy(metrics.counter("quorate_controller_refused_busy_total",
                                     "Commands refused because their queue was full.")),
        over_quota(metrics.counter("quorate_controller_over_quota_total",
                                   "Commands whose client had used up its mutation quota.")),
        batches(metrics.counter("quorate_controller_batches_proposed_total",
                                "Record batches proposed.")),
        batches_failed(metrics.counter("quorate_controller_batches_failed_total",
                                       "Record batches that were void, rejected or unknown.")),
        errors(metrics.counter("kafka_controller_kafkacontroller_metadataerrorcount",
                               "Decisions that would have broken an invariant.")),
        claims(metrics.counter("kafka_controller_kafkacontroller_newactivecontrollerscount",
                               "Times this controller became the active one.")) {}

  Histogram& queue_time;
  Histogram& decide_time;
  Histogram& commit_time;
  Counter& started;
  Counter& timed_out;
  Counter& refused_busy;
  Counter& over_quota;
  Counter& batches;
  Counter& batches_failed;
  Counter& errors;
  Counter& claims;
};

}  // namespace quorate::controller
