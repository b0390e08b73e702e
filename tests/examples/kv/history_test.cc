#include <sstream>

#include <catch2/catch.hpp>

#include "examples/kv/history_line.h"
#include "examples/kv/history_model.h"

namespace quorate::kv {
namespace {

using Answer = raft::testing::LinearizabilityVerdict::Answer;

// Time stands behind each operation: from, to.
std::string line(int client,
                 int op,
                 const std::string& operation,
                 const std::string& arguments,
                 const std::string& result,
                 const std::string& times) {
  return R"({"client":)" + std::to_string(client) + R"(,"op":)" + std::to_string(op) +
         R"(,"operation":")" + operation + R"(","arguments":)" + arguments + R"(,"result":)" +
         result + R"(,"outcome":"committed",)" + times + "}\n";
}

std::string at(int from, int to) {
  return R"("invoke_ns":)" + std::to_string(from) + R"(,"return_ns":)" + std::to_string(to);
}

std::string put(int client, int op, const std::string& value, int from, int to) {
  return line(client, op, "put", R"({"key":"k","value":")" + value + "\"}", "{}", at(from, to));
}
std::string get(int client, int op, const std::string& value, int from, int to) {
  return line(client,
              op,
              "get",
              R"({"key":"k","consistency":"linearizable"})",
              R"({"value":)" + value + "}",
              at(from, to));
}

Answer judge(const std::string& text) {
  std::istringstream input(text);
  const auto history = read_history(input);
  INFO(to_string(history.status()));
  REQUIRE(history.is_ok());
  const HistoryModel model(*history);
  return raft::testing::check_linearizable(model.spans(), model).answer;
}

std::string refusal(const std::string& text) {
  std::istringstream input(text);
  const auto history = read_history(input);
  return history.is_ok() ? "" : history.status().message();
}

TEST_CASE("a line that is written is read back alike", "[examples][kv][history]") {
  HistoryOperation operation;
  operation.client = 3;
  operation.op = 4;
  v1::Txn& txn = *operation.request.mutable_txn();
  txn.add_compares()->set_key("a");
  v1::Write& write = *txn.add_writes();
  write.set_key("b\"\n");
  write.set_value("\xc3\xa4");
  txn.add_writes()->set_key("c");
  operation.outcome = raft::Ending::kCommitted;
  operation.response.mutable_txn()->set_succeeded(true);
  operation.response.mutable_txn()->add_observed()->set_key("a");
  operation.response.set_index(9);
  operation.invoke_ns = 10;
  operation.return_ns = 20;
  operation.server = "127.0.0.1:1";
  const std::string text = to_line(operation);
  const auto read = parse_line(text);
  REQUIRE(read.is_ok());
  CHECK(read->request.SerializeAsString() == operation.request.SerializeAsString());
  CHECK(read->response.SerializeAsString() == operation.response.SerializeAsString());
  CHECK(to_line(*read) == text);
}

TEST_CASE("every operation of a linearizable history is explained", "[examples][kv][history]") {
  CHECK(judge(put(1, 1, "a", 0, 10) + get(2, 1, "\"a\"", 5, 6) + "\n" +
              line(1,
                   2,
                   "cas",
                   R"({"key":"k","expected":"a","value":"b"})",
                   R"({"swapped":true,"actual":"a"})",
                   at(11, 12)) +
              line(1, 3, "delete", R"({"key":"k"})", R"({"found":true})", at(13, 14)) +
              get(1, 4, "null", 15, 16)) == Answer::kLinearizable);
}

TEST_CASE("a stale read in a history is found", "[examples][kv][history][R27]") {
  CHECK(judge(put(1, 1, "a", 0, 1) + put(1, 2, "b", 2, 3) + get(2, 1, "\"a\"", 4, 5)) ==
        Answer::kNotLinearizable);
}

TEST_CASE("a lost acknowledged write is found by the read at the end",
          "[examples][kv][history][R42]") {
  CHECK(judge(put(1, 1, "a", 0, 1) + get(9, 1, "null", 100, 101)) == Answer::kNotLinearizable);
}

TEST_CASE("half a transaction is found", "[examples][kv][history][R27]") {
  const std::string both = line(1,
                                1,
                                "txn",
                                R"({"compares":[{"key":"k","expected":null}],"writes":)"
                                R"([{"key":"k","value":"1"},{"key":"l","value":"1"}]})",
                                R"({"succeeded":true,"observed":[{"key":"k","value":null}]})",
                                at(0, 10));
  const auto other = [](const std::string& value, int from) {
    return line(3,
                from,
                "get",
                R"({"key":"l","consistency":"linearizable"})",
                R"({"value":)" + value + "}",
                at(from, from + 1));
  };
  CHECK(judge(both + get(2, 1, "\"1\"", 2, 3) + other("\"1\"", 4)) == Answer::kLinearizable);
  CHECK(judge(both + get(2, 1, "\"1\"", 2, 3) + other("null", 4)) == Answer::kNotLinearizable);
}

TEST_CASE("an unknown write may or may not have happened and a rejected one has not",
          "[examples][kv][history][R42]") {
  std::string open = put(1, 1, "a", 0, 1);
  open.replace(open.find("committed"), 9, "unknown");
  CHECK(judge(open + get(2, 1, "\"a\"", 4, 5)) == Answer::kLinearizable);
  CHECK(judge(open + get(2, 1, "null", 4, 5)) == Answer::kLinearizable);
  std::string refused = put(1, 1, "a", 0, 1);
  refused.replace(refused.find("committed"), 9, "rejected");
  CHECK(judge(refused + get(2, 1, "null", 4, 5)) == Answer::kLinearizable);
  CHECK(judge(refused + get(2, 1, "\"a\"", 4, 5)) == Answer::kNotLinearizable);
}

TEST_CASE("stale reads are not judged", "[examples][kv][history]") {
  std::string stale = get(2, 1, "null", 4, 5);
  stale.replace(stale.find("linearizable"), 12, "stale");
  CHECK(judge(put(1, 1, "a", 0, 1) + stale) == Answer::kLinearizable);
}

TEST_CASE("malformed lines are refused with their number and field", "[examples][kv][history]") {
  const std::string good = put(1, 1, "a", 0, 1);
  const auto with = [](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  CHECK(refusal(good + "{") == "line 2: not JSON");
  CHECK(refusal(good + "[]\n").find("line 2: an object was expected") == 0);
  CHECK(refusal("\n" + with(good, "\"client\"", "\"who\"")) == "line 2: field 'client' is missing");
  CHECK(refusal(with(good, "\"put\"", "\"push\"")).find("field 'operation' is 'push'") !=
        std::string::npos);
  CHECK(refusal(with(good, "committed", "fine")).find("field 'outcome' is 'fine'") !=
        std::string::npos);
  CHECK(refusal(with(good, R"("value":"a")", R"("value":7)")).find("'value' is not a string") !=
        std::string::npos);
  CHECK(refusal(with(good, R"("op":1)", R"("op":-1)")).find("'op' is not a whole number") !=
        std::string::npos);
  CHECK(refusal(put(1, 1, "a", 9, 1)).find("returns before it is invoked") != std::string::npos);
  CHECK(refusal(good + good) == "line 2: operation 1 of client 1 is there twice");
}

}  // namespace
}  // namespace quorate::kv
