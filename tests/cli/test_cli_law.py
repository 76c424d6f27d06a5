"""`isthmus law`: what a person and a program get, and what bad input is told."""

from __future__ import annotations

import json
import subprocess
import sys

import msgspec
import pytest

from isthmus.cli.main import main
from isthmus.decision import Decision
from isthmus.facts import Facts
from isthmus.steps.decide.paths import members

FACTS = {
    "on": "2026-11-23",
    "exporter": {"jurisdiction": "cn"},
    "recipient": {"hosted_in": ["us"], "id": "vendor"},
    "data": [{"label": "resident id", "classes": ["cn.sensitive"], "persons": 1}],
}


@pytest.fixture
def run(capsys, tmp_path):
    """A command with facts in a file: its exit code, output and errors."""

    def one(*arguments: str, text: str = "") -> tuple[int, str, str]:
        (tmp_path / "facts.json").write_text(text, encoding="utf-8")
        code = 0
        try:
            main(["law", *(str(tmp_path / "facts.json") if a == "FACTS" else a for a in arguments)])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return one


def test_one_flow_as_a_memo(run):
    """Conclusion first, then the article, then what to do."""
    code, out, _ = run("decide", "--facts", "FACTS", "--lang", "en", text=json.dumps(FACTS))
    assert code == 0
    assert out.startswith("REFUSED: cn → us, nothing leaves")
    assert "CBDF 8" in out
    assert "what would make it lawful" in out


def test_the_memo_in_chinese(run):
    """The Chinese gist prevails where the text is Chinese."""
    _, out, _ = run("decide", "--facts", "FACTS", "--lang", "zh", text=json.dumps(FACTS))
    assert out.startswith("不可以")
    assert "标准合同" in out


def test_json_lines_come_back_in_order_with_their_ids(run):
    """One decision a line; `--on` decides as of another date."""
    lines = "\n".join(json.dumps({**FACTS, "id": n}) for n in ("a", 2))
    code, out, _ = run("decide", "--facts", "FACTS", "--json", "--on", "2024-03-22", text=lines)
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [one.pop("id") for one in found] == ["a", 2]
    assert {one["on"] for one in found} == {"2024-03-22"}
    assert msgspec.convert(found[0], Decision).regimes


def test_an_object_over_several_lines(run):
    """A pretty-printed file is one flow."""
    code, out, _ = run("decide", "--facts", "FACTS", "--json", text=json.dumps(FACTS, indent=2))
    assert code == 0
    assert len(out.splitlines()) == 1
    assert "id" not in json.loads(out)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no facts"),
        ("{", "facts.json: not JSON"),
        ('{"on": "2026-01-01"}', "missing required field `exporter`"),
        (json.dumps({**FACTS, "onn": 1}), "unknown field `onn`"),
        (json.dumps({**FACTS, "on": "01.02.2026"}), "$.on"),
        (json.dumps(FACTS) + "\n" + "nonsense", "facts.json:2: not JSON"),
        (json.dumps(FACTS) + "\n" + "[]", "facts.json:2: expected `object`"),
    ],
)
def test_bad_input_is_told_where_it_is_wrong(run, text: str, said: str):
    """Exit code 2 and one line on standard error."""
    code, _, err = run("decide", "--facts", "FACTS", "--json", text=text)
    assert code == 2
    assert said in err


def test_the_list_for_programs(run):
    """Each rule with id, article, gist in both languages, source, dates and confidence."""
    _, out, _ = run("list", "--json")
    rules = json.loads(out)["rules"]
    assert rules
    for rule in rules:
        assert rule["id"]
        assert rule["gist"]["en"]
        assert rule["gist"]["zh"]
        assert rule["source"]
        assert rule["confidence"] in ("high", "medium", "low")
        assert rule["from"] <= (rule["until"] or "9999")


def test_one_rule(run):
    """A rule says since when and who vouches for it; one that is not there is named."""
    _, out, _ = run("show", "cn.cbdf.8-sensitive", "--lang", "en")
    assert "CBDF 8" in out
    assert "signed by nobody yet" in out
    code, _, err = run("show", "cn.cbdf.99")
    assert code == 2
    assert "no rule `cn.cbdf.99`" in err


def test_the_schemas(run):
    """Both are JSON Schema, closed, with the id that comes back."""
    _, out, _ = run("facts")
    facts = json.loads(out)["$defs"]["FactsIn"]
    assert facts["additionalProperties"] is False
    assert set(Facts.__struct_fields__) | {"id"} == set(facts["properties"])
    _, out, _ = run("decision-schema")
    assert "DecisionOut" in json.loads(out)["$defs"]


def test_what_no_rule_reads_has_a_reason(run):
    """Only facts of the schema are named."""
    _, out, _ = run("facts", "--unread")
    named = json.loads(out)["unread"]
    assert set(named) <= set(members())
    assert all(named.values())


def test_standard_input():
    """A dash reads standard input, in a process of its own."""
    command = [sys.executable, "-m", "isthmus.cli.main", "law", "decide", "--facts", "-", "--json"]
    done = subprocess.run(command, input=json.dumps(FACTS), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["verdict"] == "deny"


def test_what_changes_between_two_dates(run):
    """Chile's law starts on 2026-12-01, and a flow from there is decided otherwise."""
    flow = {
        "on": "2026-11-23",
        "exporter": {"jurisdiction": "cl"},
        "recipient": {"hosted_in": ["us"], "id": "v"},
        "data": [{"classes": ["cl.personal"], "persons": 1}],
    }
    _, out, _ = run("diff", "2026-11-30", "2026-12-01", "--facts", "FACTS", "--json", text=json.dumps(flow))
    found = json.loads(out)
    assert {"cl.law21719.27", "cl.law19628"} <= {event["rule"] for event in found["changes"]}
    assert found["flows"] == [
        {"flow": 1, "regime": "cl.transfer", "was": "allow outside_the_law", "becomes": "deny transfer_tool_required"}
    ]
    code, _, err = run("diff", "soon", "2026-12-01")
    assert code == 2
    assert "`soon` is no date" in err


def test_what_falls_due(run):
    """Laws about to start, and reviews by their date, as of any day."""
    _, out, _ = run("due", "--on", "2026-11-23", "--days", "200", "--json")
    found = json.loads(out)
    assert ("2026-12-01", "starts", "cl.law21719.27") in {(e["on"], e["what"], e["rule"]) for e in found["rules"]}
    assert ("2027-05-13", "starts", "in.dpdp.16") in {(e["on"], e["what"], e["rule"]) for e in found["rules"]}
    assert not any(review["overdue"] for review in found["reviews"])
    _, out, _ = run("due", "--on", "2030-01-01", "--lang", "en")
    assert "OVERDUE" in out
