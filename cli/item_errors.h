// What an error of one item in a controller's answer means for the exit status.
// Thread: any.
#pragma once

#include <string>

#include "quorate/controller/v1/common.pb.h"

#include "cli/failure.h"

namespace quorate::cli {

[[nodiscard]] Exit exit_of(controller::v1::ErrorCode error);

// The error under Kafka's name, with what the controller said about it; `subject` is what it speaks
// of, if that is not the whole request.
[[nodiscard]] Failure failure_of(controller::v1::ErrorCode error,
                                 const std::string& message,
                                 const std::string& subject = {});

}  // namespace quorate::cli
