// What an inspection tells of a directory as a whole: identity, witness, who may look, hashes.
#include "tests/raft/storage/inspected_dir.h"

namespace quorate::raft {

namespace fs = std::filesystem;

TEST_CASE("a whole directory has no finding and tells what is in it",
          "[raft][storage][inspect][D10][D11]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  CHECK(findings_in(dir).empty());
  std::vector<std::uint64_t> done;
  const auto inspector = inspected(dir);
  const Inspection whole = inspector->verify([&](const InspectProgress& progress) {
    CHECK(progress.total == 200);
    done.push_back(progress.done);
  });
  CHECK(whole.is_whole());
  CHECK(done.back() == 200);
  REQUIRE(whole.groups.size() == 1);
  CHECK(whole.groups[0].last == LogId{Term{5}, Index{200}});
  CHECK(whole.groups[0].witnessed->last == LogId{Term{5}, Index{200}});
  CHECK(whole.groups[0].recovered.term_runs ==
        std::vector<TermRun>{{Index{1}, Term{3}}, {Index{101}, Term{5}}});
  CHECK(whole.groups[0].hash.value == inspector->hash(kGroup, Index{1}, Index{200})->value);
}

TEST_CASE("a directory in use is refused and two may look at one",
          "[raft][storage][inspect][D10]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  {
    const auto store = opened_store(dir);
    const Status status = DataDirInspector::open(dir).status();
    CHECK(status.code() == Code::kFailedPrecondition);
    CHECK(status.message().find("is in use by another process (process ") != std::string::npos);
    CHECK(*inspect_identity(dir) == kIdentity);
  }
  const auto first = inspected(dir);
  const auto second = inspected(dir);
  CHECK(open_store(dir).status().code() == Code::kFailedPrecondition);
}

TEST_CASE("what is no data directory is refused", "[raft][storage][inspect]") {
  const TempDir temp;
  CHECK(DataDirInspector::open(temp.path("none")).status().code() == Code::kNotFound);
  CHECK(DataDirInspector::open(temp.path()).status().message().find("is empty") !=
        std::string::npos);
  std::ofstream(temp.path("letter")) << "dear";
  CHECK(DataDirInspector::open(temp.path()).status().message().find("is no data directory") !=
        std::string::npos);
}

TEST_CASE("equal logs have equal hashes wherever their records begin",
          "[raft][storage][inspect][D11]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  format(temp.path("other"));
  {
    auto store = opened_store(temp.path("other"));
    for (std::uint64_t at = 1; at <= 100; at += 10)
      persist(*store, append_batch(at, at + 9, 3));
    persist(*store, append_batch(101, 200, 6));
  }
  const auto one = inspected(dir);
  const auto other = inspected(temp.path("other"));
  const auto hash = [](DataDirInspector& in, std::uint64_t first, std::uint64_t last) {
    return to_string(in.hash(kGroup, Index{first}, Index{last})->value);
  };
  CHECK(hash(*one, 1, 100) == hash(*other, 1, 100));
  CHECK(hash(*one, 50, 100) == hash(*other, 50, 100));
  CHECK(hash(*one, 1, 101) != hash(*other, 1, 101));
  CHECK(one->hash(kGroup, Index{1}, Index{201}).status().code() == Code::kNotFound);
}

TEST_CASE("a witness of another directory or beyond the database is told apart from a torn slot",
          "[raft][storage][inspect][P15][D20][D22]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  WitnessState state = *read_witness(dir + "/witness");
  SECTION("of another") {
    state.identity.incarnation = Incarnation{8, 8};
    REQUIRE(create_witness(dir + "/witness", state).is_ok());
    CHECK(findings_in(dir).at(0).kind == FindingKind::kIdentityMismatch);
  }
  SECTION("beyond") {
    state.groups[kGroup].last = LogId{Term{5}, Index{220}};
    REQUIRE(create_witness(dir + "/witness", state).is_ok());
    const Finding finding = findings_in(dir).at(0);
    CHECK(finding.kind == FindingKind::kBehindWitness);
    CHECK(finding.index == Index{220});
  }
  SECTION("torn") {
    flip(dir + "/witness", 10 + kWitnessSlotBytes * ((state.pages.at(0).sequence + 1) % 2));
    const Finding finding = findings_in(dir).at(0);
    CHECK(finding.kind == FindingKind::kWitnessTorn);
    CHECK(finding.severity == Severity::kNote);
    CHECK(open_store(dir).is_ok());
  }
  SECTION("gone") {
    fs::remove(dir + "/witness");
    CHECK(findings_in(dir).at(0).kind == FindingKind::kWitnessDamaged);
  }
}

TEST_CASE("an identity that does not verify is named and the rest is looked at",
          "[raft][storage][inspect][P15]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  flip(dir + "/identity", 90);
  const auto findings = findings_in(dir);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::kIdentityDamaged);
  CHECK(inspected(dir)->verify({}).groups[0].entries == 200);
}

}  // namespace quorate::raft
