#include "examples/kv/channel.h"

namespace quorate::kv {

std::shared_ptr<grpc::Channel> make_channel(const std::string& address,
                                            const raft::TlsOptions& tls) {
  grpc::SslCredentialsOptions credentials;
  credentials.pem_root_certs = tls.ca_pem;
  credentials.pem_cert_chain = tls.certificate_pem;
  credentials.pem_private_key = tls.key_pem;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 500);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 1000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(address, grpc::SslCredentials(credentials), arguments);
}

}  // namespace quorate::kv
