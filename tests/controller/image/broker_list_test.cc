#include "controller/image/broker_list.h"

#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

TEST_CASE("a broker list keeps order and content whatever its length",
          "[controller][broker_list]") {
  for (std::size_t length = 0; length < 9; ++length) {
    std::vector<BrokerId> ids;
    for (std::size_t i = 0; i < length; ++i)
      ids.push_back(static_cast<BrokerId>(10 - i));
    const BrokerList list(ids);
    BrokerList copy = list;
    const BrokerList moved = std::move(copy);
    CHECK(std::vector<BrokerId>(moved.begin(), moved.end()) == ids);
    CHECK(moved == list);
    BrokerList other{1, 2, 3, 4, 5};
    other = list;
    CHECK(other == list);
    other = BrokerList{7};
    CHECK(to_string(other) == "[7]");
    CHECK((list.heap_bytes() > 0) == (length > 3));
  }
}

TEST_CASE("a broker list answers what is in it", "[controller][broker_list]") {
  const BrokerList list{5, 3, 9, 1};
  CHECK(list.contains(9));
  CHECK_FALSE(list.contains(2));
  CHECK(list.without(3) == BrokerList{5, 9, 1});
  CHECK(list.without(2) == list);
  CHECK(list.includes(BrokerList{1, 5}));
  CHECK_FALSE(list.includes(BrokerList{1, 2}));
  CHECK_FALSE(list.has_duplicates());
  CHECK(BrokerList{1, 2, 1}.has_duplicates());
  std::vector<BrokerId> many;
  for (BrokerId id = 0; id < 40; ++id)
    many.push_back(id);
  CHECK_FALSE(BrokerList(many).has_duplicates());
  many.push_back(17);
  CHECK(BrokerList(many).has_duplicates());
}

TEST_CASE("an id is written in 22 characters as Kafka does and read back", "[controller][types]") {
  CHECK(to_string(Uuid{}) == "AAAAAAAAAAAAAAAAAAAAAA");
  CHECK(to_string(Uuid{0, 1}) == "AAAAAAAAAAAAAAAAAAAAAQ");
  const Uuid id{0x0123456789abcdefULL, 0xfedcba9876543210ULL};
  CHECK(to_string(id) == "ASNFZ4mrze_-3LqYdlQyEA");
  CHECK(uuid_from_string(to_string(id)) == id);
  CHECK_FALSE(uuid_from_string("short").has_value());
  CHECK_FALSE(uuid_from_string("AAAAAAAAAAAAAAAAAAAAA=").has_value());
  CHECK_FALSE(uuid_from_string("AAAAAAAAAAAAAAAAAAAAAB").has_value());
}

}  // namespace
}  // namespace quorate::controller
