#include "controller/image/node_slabs.h"

#include <set>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "controller/image/node_ref.h"

namespace quorate::controller {
namespace {

template <int kKind>
struct SlabbedNode : SlabNode<SlabbedNode<kKind>> {
  explicit SlabbedNode(int number) : value(number) {}
  int value;
  static inline thread_local int ended = 0;

  static void dispose(SlabbedNode* node) {
    ++ended;
    delete node;
  }
};

TEST_CASE("a node in a slab lives as long as something refers to it", "[controller][node_slabs]") {
  using Node = SlabbedNode<1>;
  NodeRef<Node> first(new Node(7));
  CHECK(first.is_unique());
  {
    const NodeRef<Node> second = first;  // NOLINT(performance-unnecessary-copy-initialization)
    CHECK_FALSE(first.is_unique());
    CHECK(second->value == 7);
  }
  CHECK(first.is_unique());
  CHECK(Node::ended == 0);
  first = NodeRef<Node>();
  CHECK(Node::ended == 1);
}

TEST_CASE("a copy of a node in a slab begins with a count of its own", "[controller][node_slabs]") {
  using Node = SlabbedNode<2>;
  const NodeRef<Node> first(new Node(7));
  const NodeRef<Node> again = first;  // NOLINT(performance-unnecessary-copy-initialization)
  const NodeRef<Node> copy(new Node(*first));
  CHECK(copy.is_unique());
  CHECK_FALSE(again.is_unique());
}

TEST_CASE("nodes of many slabs keep their counts apart", "[controller][node_slabs]") {
  using Node = SlabbedNode<3>;
  std::vector<NodeRef<Node>> nodes;
  for (int i = 0; i < 10'000; ++i)
    nodes.emplace_back(new Node(i));
  const std::vector<NodeRef<Node>> odd = [&] {
    std::vector<NodeRef<Node>> some;
    for (std::size_t i = 1; i < nodes.size(); i += 2)
      some.push_back(nodes[i]);
    return some;
  }();
  bool is_right = true;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    is_right = is_right && nodes[i].is_unique() == (i % 2 == 0);
    is_right = is_right && nodes[i]->value == static_cast<int>(i);
  }
  CHECK(is_right);
}

TEST_CASE("nodes that are given back are taken again", "[controller][node_slabs]") {
  using Node = SlabbedNode<4>;
  const auto places = [] {
    std::vector<NodeRef<Node>> nodes;
    std::set<const void*> seen;
    for (int i = 0; i < 1'000; ++i) {
      nodes.emplace_back(new Node(i));
      seen.insert(nodes.back().get());
    }
    REQUIRE(seen.size() == nodes.size());
    return seen;
  };
  std::set<const void*> all;
  for (int round = 0; round < 20; ++round)
    all.merge(places());
  CHECK(all.size() <= 2'000);
}

TEST_CASE("no two threads have the same node at a time", "[controller][node_slabs]") {
  using Node = SlabbedNode<5>;
  // Nodes of one round are ended by the next thread in the ring while others are taken.
  constexpr std::size_t kThreads = 4;
  std::vector<std::vector<NodeRef<Node>>> hands(kThreads);
  for (int round = 0; round < 30; ++round) {
    std::vector<std::thread> threads;
    for (std::size_t own = 0; own < kThreads; ++own) {
      threads.emplace_back([&hand = hands[own], own] {
        hand.clear();
        for (int i = 0; i < 500; ++i)
          hand.emplace_back(new Node(static_cast<int>(own)));
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    std::set<const void*> seen;
    for (std::size_t own = 0; own < kThreads; ++own) {
      for (const NodeRef<Node>& node : hands[own]) {
        REQUIRE(node->value == static_cast<int>(own));
        REQUIRE(node.is_unique());
        seen.insert(node.get());
      }
    }
    REQUIRE(seen.size() == kThreads * 500);
    std::swap(hands.front(), hands.back());
  }
}

}  // namespace
}  // namespace quorate::controller
