// What an error of one item in a controller's answer means for the exit status.
// Thread: any.
#pragma once

#include "quorate/controller/v1/common.pb.h"

#include "cli/failure.h"

namespace quorate::cli {

[[nodiscard]] Exit exit_of(controller::v1::ErrorCode error);

}  // namespace quorate::cli
