// A log is damaged in one way at a time: the inspection names the file, the index, the term and the
// kind of what is wrong, goes on behind it, and changes nothing.
#include "tests/raft/storage/inspected_dir.h"

namespace quorate::raft {

namespace fs = std::filesystem;

TEST_CASE("a flipped byte in a table file is named with the entries behind it",
          "[raft][storage][inspect][P14][D1]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  const std::string file = file_with(dir, ".sst");
  flip(file, 500);
  const auto findings = findings_in(dir);
  REQUIRE(!findings.empty());
  CHECK(findings[0].file == "raft-log/" + fs::path(file).filename().string());
  CHECK((findings[0].kind == FindingKind::kEntryUnreadable ||
         findings[0].kind == FindingKind::kPositionDamaged ||
         findings[0].kind == FindingKind::kDatabaseFileDamaged));
}

TEST_CASE("a flipped byte in the database's log is named by file and place",
          "[raft][storage][inspect][P14][D1]") {
  const TempDir temp;
  format(temp.path("data"));
  auto store = opened_store(temp.path("data"));
  persist(*store, append_batch(1, 100, 3));
  persist(*store, append_batch(101, 200, 5));
  fs::copy(temp.path("data"), temp.path("live"), fs::copy_options::recursive);
  const std::string file = file_with(temp.path("live"), ".log");
  flip(file, 100);
  const auto findings = findings_in(temp.path("live"));
  REQUIRE(!findings.empty());
  CHECK(findings[0].kind == FindingKind::kDatabaseFileDamaged);
  CHECK(findings[0].file == "raft-log/" + fs::path(file).filename().string());
  CHECK(findings[0].message.find("the record at byte 0 of") == 0);
}

TEST_CASE("an entry whose bytes changed is named by index and term and the rest is read",
          "[raft][storage][inspect][D1][D3]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  tamper(dir, [](rocksdb::DB& db) {
    std::vector<Entry> entries = make_entries(65, 100, 3);
    entries[5].data = SharedBytes(std::string("something else "));
    put(db, entry_key(65), record_of(entries));
  });
  const auto findings = findings_in(dir);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::kEntryDamaged);
  CHECK(findings[0].group == kGroup);
  CHECK(findings[0].index == Index{70});
  CHECK(findings[0].term == Term{3});
  CHECK(findings[0].file.ends_with(".sst"));
  CHECK(inspected(dir)->verify({}).groups[0].entries == 199);
}

TEST_CASE("missing entries are named as a range", "[raft][storage][inspect][D5]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  tamper(dir, [](rocksdb::DB& db) {
    REQUIRE(db.Delete(rocksdb::WriteOptions(), entry_key(65)).ok());
    REQUIRE(db.Delete(rocksdb::WriteOptions(), entry_key(165)).ok());
  });
  const auto findings = findings_in(dir);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].kind == FindingKind::kEntryMissing);
  CHECK(findings[0].index == Index{65});
  CHECK(findings[0].message == "entries 65 to 100 are missing");
  CHECK(findings[1].message == "entries 165 to 200 are missing");
}

TEST_CASE("a term that goes backwards is named", "[raft][storage][inspect][D6]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  tamper(dir,
         [](rocksdb::DB& db) { put(db, entry_key(101), record_of(make_entries(101, 164, 2))); });
  const auto findings = findings_in(dir);
  REQUIRE(!findings.empty());
  CHECK(findings[0].kind == FindingKind::kTermFalls);
  CHECK(findings[0].index == Index{101});
  CHECK(findings[0].term == Term{2});
  CHECK(findings[0].message == "entry 101 of term 2 follows entry 100 of term 3");
}

TEST_CASE("entries behind the log's end are named once", "[raft][storage][inspect][D6]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  tamper(dir,
         [](rocksdb::DB& db) { put(db, entry_key(201), record_of(make_entries(201, 204, 5))); });
  const auto findings = findings_in(dir);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::kEntryUnexpected);
  CHECK(findings[0].index == Index{201});
}

TEST_CASE("a hard state behind the log is named", "[raft][storage][inspect][P2][D6]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  tamper(dir, [](rocksdb::DB& db) {
    const std::string key = group_key(kGroup, KeyKind::kHardState);
    put(db, key, seal(key, encode_hard_state({Term{4}, std::nullopt})));
  });
  const auto findings = findings_in(dir);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].kind == FindingKind::kHardStateBehind);
  CHECK(findings[0].message == "the stored term is 4 but the log ends at 200 of term 5");
  CHECK(findings[1].kind == FindingKind::kBehindWitness);
}

TEST_CASE("a position that does not verify is named and the entries are still read",
          "[raft][storage][inspect][D17]") {
  const TempDir temp;
  const std::string dir = make_dir(temp);
  tamper(dir, [](rocksdb::DB& db) { put(db, group_key(kGroup, KeyKind::kLogEnd), "nonsense"); });
  const auto findings = findings_in(dir);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::kPositionDamaged);
  CHECK(findings[0].message == "log end: checksum does not match");
  CHECK(inspected(dir)->verify({}).groups[0].entries == 200);
}

}  // namespace quorate::raft
