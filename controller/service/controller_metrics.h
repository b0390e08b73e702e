// What a controller shows at /metrics beside its counters, and what makes it ready: read from the
// raft status and the committed image at the moment of the scrape.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <vector>

#include "controller/image/image.h"
#include "daemon/http_server.h"
#include "daemon/metrics.h"
#include "raft/server/metrics.h"
#include "raft/server/server_status.h"

namespace quorate::controller {

enum class Leadership : std::uint8_t { kStandby, kActive };

// Kafka's names where Kafka has the series, and native ones.
void write_raft_metrics(const raft::ServerStatus& status,
                        const raft::MetricsSnapshot& counters,
                        MetricsText& text);
// `loaded`: how often the image was replaced by that of a snapshot.
void write_snapshot_metrics(const raft::MetricsSnapshot& counters,
                            std::uint64_t loaded,
                            MetricsText& text);
void write_image_metrics(const MetadataImage& image, Leadership leadership, MetricsText& text);

// Knows a leader, has applied nearly all that is committed, is a voter, its disk works.
[[nodiscard]] std::vector<ReadyCheck> controller_ready_checks(const raft::ServerStatus& status);

}  // namespace quorate::controller
