// Three real controller processes on loopback, and as many more as a test takes in, with
// certificates and data of their own, ended and removed with the object.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "controller/client/controller_client.h"
#include "raft/transport/dev_certificates.h"
#include "tests/process/child.h"

namespace quorate::testing {

struct Ended {
  int code = -1;  // exit status; -1: did not end in time or by a signal
  std::string output;
  std::string errors;
  double seconds = 0;
};

class Controllers {
 public:
  static constexpr int kCount = 3;

  // Formatted, not started. `spares` more are configured and not formatted: 4 and so on.
  explicit Controllers(int spares = 0);
  ~Controllers();
  Controllers(const Controllers&) = delete;
  Controllers& operator=(const Controllers&) = delete;

  // "key=value" for every controller that is started from now on.
  void set(std::string setting) { settings_.push_back(std::move(setting)); }
  // With `sets`, each "key=value", beside the file.
  void start(int id, const std::vector<std::string>& sets = {});
  // Makes an empty data directory for a controller that others will take in: "<id>:<incarnation>".
  // One that was there goes; it must not be running.
  [[nodiscard]] std::string format_to_join(int id) const;
  // Starts the three and waits until one leads.
  void start_all();
  // Its data directory is as when it was made; it must not be running.
  void empty_disk(int id) const;
  [[nodiscard]] Child& process(int id) { return processes_.at(static_cast<std::size_t>(id - 1)); }
  // What it wrote to standard error.
  [[nodiscard]] std::string log(int id) const;
  // Runs quorate-controller with these arguments until it ends.
  [[nodiscard]] Ended run(const std::vector<std::string>& arguments) const {
    return run("quorate-controller", arguments);
  }

  [[nodiscard]] std::string config(int id) const;
  [[nodiscard]] std::string dir() const { return dir_; }
  // RAFT, CONTROLLER and HTTP port of `id`.
  [[nodiscard]] std::array<std::uint16_t, 3> ports(int id) const;

  // Runs the command line as an administrator of these controllers, with JSON for output.
  [[nodiscard]] Ended quorate(const std::vector<std::string>& arguments) const;

  // A client with a certificate of that name.
  [[nodiscard]] std::unique_ptr<controller::ControllerClient> client(const std::string& name) const;
  // Node id of the leader; 0 after a while without one.
  [[nodiscard]] int leader() const;

 private:
  [[nodiscard]] Ended run(const std::string& program,
                          const std::vector<std::string>& arguments) const;
  // controller-<id>, or of another `name`: a certificate and its key in files of that name.
  void write_certificate(const std::string& name, std::vector<std::string> dns_names) const;
  void format(int id) const;
  void write(const std::string& name, const std::string& text) const;

  std::string dir_;
  std::vector<std::string> settings_;
  raft::KeyPair ca_;
  std::vector<std::array<std::uint16_t, 3>> ports_;
  std::vector<Child> processes_;
};

}  // namespace quorate::testing
