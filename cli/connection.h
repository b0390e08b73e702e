// Which controllers a command talks to, and with which certificate.
//
// From the first that is given: flags, environment, the development cluster in --dir.
// Thread: main.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cli/output.h"
#include "controller/client/controller_client.h"
#include "raft/base/status.h"

namespace quorate::cli {

struct GlobalOptions {
  std::string controllers;  // "host:port,...": also QUORATE_CONTROLLERS
  std::string ca;           // PEM files: also QUORATE_CA, QUORATE_CERTIFICATE, QUORATE_KEY
  std::string certificate;
  std::string key;
  std::string dir = ".quorate";  // also QUORATE_DIR
  Format format = Format::kTable;
  std::uint32_t timeout_seconds = 10;
  std::string client_id = "quorate";  // Kafka's word: whose quota it is
  bool dry_run = false;               // of commands that change metadata: decided, shown, not done

  [[nodiscard]] controller::CallOptions call() const { return {timeout_seconds * 1000}; }
};

// kInvalidArgument for files that cannot serve; kNotFound when neither flags nor a development
// cluster say where the controllers are.
Result<std::unique_ptr<controller::ControllerClient>> connect(const GlobalOptions& options);

// How soon a call is tried elsewhere; the client's defaults suit everything but a probe.
struct Patience {
  std::int64_t attempt_timeout_ms = 0;
  std::int64_t backoff_max_ms = 0;
};
Result<std::unique_ptr<controller::ControllerClient>> connect(const GlobalOptions& options,
                                                              const Patience& patience);

}  // namespace quorate::cli
