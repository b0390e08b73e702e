"""What the generator refuses: a schema that is wrong must not become a codec."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "broker-stub" / "kafka" / "generator"))

import cpp_table  # noqa: E402
import schema  # noqa: E402

FIELD = '{"name": "Id", "type": "int32", "about": "an id"}'


def api(request=FIELD, head="// An API.", versions="0-3", more=""):
    return f"""{head}
{{"key": 500, "name": "Probe", "tier": 1, "versions": "{versions}", "flexible": "2+", {more}
 "request": [{request}], "response": []}}"""


class SchemaTest(unittest.TestCase):
    def load(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "probe.json"
            path.write_text(text, encoding="utf-8")
            return schema.load_file(path)

    def refused(self, text, why):
        with self.assertRaisesRegex(schema.SchemaError, why):
            self.load(text)

    def test_a_right_schema_is_read(self):
        file = self.load(api())
        self.assertEqual((file.api.versions.low, file.api.versions.high), (0, 3))
        self.assertEqual(file.api.request.struct.fields[0].cpp_name, "id")

    def test_a_file_says_what_it_is_for(self):
        self.refused(api(head=""), "begins with a comment")

    def test_a_field_says_what_it_is_for(self):
        self.refused(api('{"name": "Id", "type": "int32"}'), "says nothing")

    def test_unknown_keys_are_refused(self):
        self.refused(api('{"name": "Id", "type": "int32", "about": "x", "nulable": "1+"}'),
                     "unknown keys")

    def test_unknown_types_are_refused(self):
        self.refused(api('{"name": "Id", "type": "int33", "about": "x"}'), "unknown type")

    def test_a_tag_needs_a_flexible_version(self):
        self.refused(api('{"name": "Id", "type": "int32", "tag": 0, "about": "x"}'),
                     "not flexible")

    def test_tags_count_up_from_0(self):
        self.refused(
            api('{"name": "Id", "type": "int32", "versions": "2+", "tag": 1, "about": "x"}'),
            "count up from 0")

    def test_numbers_cannot_be_null(self):
        self.refused(api('{"name": "Id", "type": "int32", "nullable": "0+", "about": "x"}'),
                     "can be null")

    def test_a_field_is_named_once(self):
        self.refused(api(FIELD + "," + FIELD), "named twice")

    def test_a_field_is_in_some_version(self):
        self.refused(api('{"name": "Id", "type": "int32", "versions": "7+", "about": "x"}'),
                     "in no version")

    def test_served_versions_are_advertised(self):
        self.refused(api(more='"advertised": "1-3",'), "does not advertise")

    def test_two_apis_never_share_a_key(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a.json", "b.json"):
                (Path(folder) / name).write_text(api(), encoding="utf-8")
            with self.assertRaisesRegex(schema.SchemaError, "same key"):
                schema.load_all(Path(folder).glob("*.json"))

    def test_a_stale_table_is_noticed(self):
        files = [self.load(api())]
        marks = f"{cpp_table.TABLE_BEGIN}\n| old |\n{cpp_table.TABLE_END}\n"
        fresh = cpp_table.with_table(marks, files)
        self.assertNotEqual(fresh, marks)
        self.assertIn("| 500 | Probe | 0-3 | 0-3 | 2 |", fresh)
        self.assertEqual(cpp_table.with_table(fresh, files), fresh)


if __name__ == "__main__":
    unittest.main()
