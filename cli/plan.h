// What a request would do, in people's words: --dry-run of every command that changes metadata, and
// `quorate broker safe-to-stop`.
// Thread: main.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "quorate/controller/v1/common.pb.h"

#include "cli/connection.h"

namespace quorate::cli {

// How the request is to be decided: in earnest, or as a plan with options.dry_run.
void set_meta(const GlobalOptions& options, controller::v1::RequestMeta& meta);
// Prints what a plan says; Exit::kOk.
int print_plan(const controller::v1::ResponseMeta& meta, Format format);

struct LossOptions {
  std::vector<std::int32_t> brokers;
  std::vector<std::string> racks;
};
// Exit::kOk when nobody would miss them, Exit::kPrecondition when somebody would.
int broker_safe_to_stop(const GlobalOptions& options, const LossOptions& loss);

}  // namespace quorate::cli
