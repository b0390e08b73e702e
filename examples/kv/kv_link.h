// KvLink: carries one attempt of a request to a server of a cluster and brings back how it went.
//
// Owner: main. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "quorate/kv/v1/kv.pb.h"

#include "raft/transport/tls.h"

namespace quorate::kv {

enum class Delivery : std::uint8_t {
  kAnswered,
  kNotSent,   // it certainly did not reach the server
  kNoAnswer,  // it may have
};

struct LinkOptions {
  std::vector<std::string> servers;  // "host:port"
  raft::TlsOptions tls;
  std::size_t connections = 8;         // to each server; logical clients share them
  std::int64_t attempt_ms_max = 3000;  // unary: then there is no answer
};

class KvLink {
 public:
  using Answer = std::function<void(Delivery, v1::Response)>;

  virtual ~KvLink() = default;
  // `connection` picks one of those to the server, modulo their number. `answer` is called exactly
  // once, perhaps before this returns.
  virtual void send(std::size_t server,
                    std::size_t connection,
                    const v1::Request& request,
                    Answer answer) = 0;
};

}  // namespace quorate::kv
