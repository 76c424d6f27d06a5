"""Writes the generated pages: references from schemas, command table and catalogues; transcripts into READMEs.

`python docs/generate.py` writes them, `--check` says which are not current and ends with status 1.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from isthmus.catalog import parse
from isthmus.catalogues import JURISDICTIONS
from isthmus.cli.main import COMMANDS
from isthmus.config import Config
from isthmus.registry.offers import Endpoint, Provider
from isthmus.registry.providers import load_providers
from isthmus.registry.tariffs import Tariff
from isthmus.steps.decide import load_rulebook
from isthmus.steps.decide.proof import read_invariants

DOCS = Path(__file__).parent
ROOT = DOCS.parent
MARK = "<!-- written by docs/generate.py: change the source, then run `make docs` -->"
BLOCK = re.compile(r"(<!-- transcript: (?P<name>[\w.-]+) -->\n)(?P<text>.*?)(<!-- /transcript -->)", re.DOTALL)
HEADS = {
    "en": ("Configuration", "key", "type", "default", "what it is", "required"),
    "zh": ("配置参考", "键", "类型", "默认值", "含义", "必填"),
}
TARIFFS = {
    "en": "Members of `deployments[].tariffs`, and of the catalogue's prices.",
    "zh": "`deployments[].tariffs` 以及目录价格的成员。",
}
INTRO = {
    "en": """Everything an operator declares stands in one closed YAML file: an unknown key is an error, and
[`isthmus check`](commands.md) says every problem at once, with its line. Paths are relative to the file. Secrets are
only referred to: `env:NAME` or `file:PATH`. A commented example is [`examples/isthmus.yaml`](../examples/isthmus.yaml);
what people did (keys, contracts, consents) is not configuration but [on record](guides/keys-and-registry.md).""",
    "zh": """运营方声明的一切都在一个封闭的 YAML 文件里：未知的键即为错误，[`isthmus check`](commands.md)
一次列出全部问题及其行号。路径相对于该文件。秘密只能引用：`env:名称` 或 `file:路径`。带注释的示例见
[`examples/isthmus.yaml`](../examples/isthmus.yaml)；人的行为（密钥、合同、同意）不是配置，而是
[登记](guides/keys-and-registry.md)。""",
}


PROOF = """What the packaged rules never let happen. `isthmus law prove` checks each over every combination of facts
that the rules of its regime tell apart: numbers as the bands between all thresholds, days as the intervals between all
dates of rules, words that no rule names as one, and *unknown* as a value of its own. It says how many combinations
that was, which facts no rule of the regime reads, and where one is broken, the fewest facts that break it, decided by
the engine. `--defects` plants in the packs the defect that each proof must notice; `make prove` does that,
and decides 100,000 random facts by the engine and by the prover's model.

What a proof covers: one item of a flow, with everything that other items can bring about, and a flow without items (a
regime that decides a flow whole is taken whole). One regime holds a flow back whatever the others say, so an invariant
is about one regime. Where facts are unknown the engine tries out their values and releases only what each of them
releases; the proof covers what it tries. Instruments on file are covered by what their kinds, recipients and days make
true of the rules' conditions. Not covered: that a rule says what the statute says; that is what sources and cases are
for.

对每条不变式，`isthmus law prove` 覆盖其所属制度的规则所能区分的全部事实组合：数字按门槛分段，日期按施行日分段，
未知亦为一值；列出组合数、没有规则读取的事实，以及不成立时的最少反例。
`make prove` 另植入缺陷，并以十万组随机事实核对引擎与证明模型。"""


def keys(shape: type[Any], prefix: str = "") -> Iterator[tuple[str, msgspec.inspect.Field, str]]:
    """Every key below a struct: its path, its field and its type in words. Tariffs are described once, apart."""
    info: Any = msgspec.inspect.type_info(shape)
    for field in info.fields:
        path = f"{prefix}{field.encode_name}"
        yield path, field, words_of(field.type)
        inner, is_list = struct_in(field.type)
        if inner is not None and inner is not Tariff and path != "tariffs[].windows[].tiers":
            yield from keys(inner, f"{path}[]." if is_list else f"{path}.")


def struct_in(kind: Any) -> tuple[type[Any] | None, bool]:
    """The struct that a type holds, and whether it holds a list of them."""
    info = msgspec.inspect
    if isinstance(kind, info.Metadata):
        return struct_in(kind.type)
    if isinstance(kind, info.UnionType):
        found = [struct_in(option) for option in kind.types]
        return next((pair for pair in found if pair[0]), (None, False))
    if isinstance(kind, info.VarTupleType):
        return struct_in(kind.item_type)[0], True
    return (kind.cls, False) if isinstance(kind, info.StructType) else (None, False)


def words_of(kind: Any) -> str:
    """A type in words."""
    info = msgspec.inspect
    if isinstance(kind, info.Metadata):
        said = (kind.extra_json_schema or {}).get("description")
        return said or words_of(kind.type)
    if isinstance(kind, info.UnionType):
        return " or ".join(words_of(option) for option in kind.types if not isinstance(option, info.NoneType))
    if isinstance(kind, info.VarTupleType):
        return f"list of {words_of(kind.item_type)}"
    if isinstance(kind, info.LiteralType):
        return ", ".join(f"`{value}`" for value in kind.values)
    if isinstance(kind, info.IntType | info.FloatType):
        low = next((str(v) for v in (kind.ge, kind.gt) if v is not None), "")
        high = next((str(v) for v in (kind.le, kind.lt) if v is not None), "")
        return "number" + (f" {low} to {high}" if low and high else f" from {low}" if low else "")
    plain: dict[Any, str] = {
        info.StrType: "text",
        info.BoolType: "true or false",
        info.DecimalType: "decimal",
        info.DateType: "date",
        info.DictType: "map of text",
        info.StructType: "group",
    }
    return plain[type(kind)]


def configuration(lang: str) -> str:
    """The reference of the configuration, in one language."""
    words = parse((DOCS / "keys.yaml").read_bytes(), "docs/keys.yaml").tree
    rows = [*keys(Config), *keys(Tariff, "tariffs[].")]
    known = {path for path, _, _ in rows}
    if known != set(words):
        raise SystemExit(
            f"docs/keys.yaml: without words {sorted(known - set(words))}, gone {sorted(set(words) - known)}"
        )
    title, *heads, required = HEADS[lang]
    out = [f"# {title}\n", MARK, "", INTRO[lang], ""]
    section = ""
    for path, field, kind in rows:
        top = re.split(r"[.\[]", path)[0]
        if top != section:
            out += [
                "",
                f"## {top}\n",
                *([TARIFFS[lang], ""] if top == "tariffs" else []),
                f"| {' | '.join(heads)} |",
                "| --- | --- | --- | --- |",
            ]
            section = top
        default = f"**{required}**" if field.required else default_of(field)
        out.append(f"| `{path}` | {kind} | {default} | {words[path][lang]} |")
    return "\n".join(out).replace("\n\n\n", "\n\n") + "\n"


def default_of(field: msgspec.inspect.Field) -> str:
    """A default as it would be written; nothing for what is empty or a group."""
    value = field.default
    if value is msgspec.NODEFAULT or not (value or value in (0, False)) or isinstance(value, msgspec.Struct):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def commands() -> str:
    """The table of commands."""
    rows = "\n".join(f"| `isthmus {name}` | {text} |" for name, (_, text) in COMMANDS.items())
    return f"""# Commands

{MARK}

`isthmus COMMAND --help` says more. Exit codes: 0 done, 1 the answer is no (a ledger that does not verify, a missed
bar), 2 bad input or configuration. What a program may read has `--json`; errors go to standard error, one a line.

| command | what it does |
| --- | --- |
{rows}
"""


def providers() -> str:
    """What the catalogue knows of each endpoint."""
    rows = "\n".join(row(each, endpoint) for each in load_providers().rows.values() for endpoint in each.endpoints)
    return f"""# Providers

{MARK}

Who sells models, where, and who runs and owns the endpoint, as the packaged catalogue knows it. `?` is unknown and
never taken as favourable. `isthmus providers show ID` gives prices, terms, filings, sources and dates of verification,
`isthmus providers check` what is due for review. A folder of your own files is named under `providers` in the
[configuration](configuration.md).

| provider | endpoint | hosted in | operator | owner | models |
| --- | --- | --- | --- | --- | --- |
{rows}
"""


def row(provider: Provider, endpoint: Endpoint) -> str:
    """One endpoint as a row of the table."""
    models = [f"`{model.id}`" for model in endpoint.models]
    models += ["any that the deployment names"] * endpoint.any_model
    where = " ".join(endpoint.hosted_in() or ("?",))
    operator, owner = ((who.country if who else None) or "?" for who in (endpoint.operator, endpoint.owner))
    name = f"{provider.name.en} (`{provider.id}`)"
    return f"| {name} | `{endpoint.id}` | {where} | {operator} | {owner} | {', '.join(models)} |"


def law() -> str:
    """Every rule, by instrument."""
    book = load_rulebook(JURISDICTIONS, today="")
    intro = (
        "What the packaged rules say, in our own words, and where to read it.\n"
        "`isthmus law show ID` says more of each, `isthmus law decide` decides from facts.\n"
        "规则要旨；完整信息见 `isthmus law show ID`。"
    )
    out = [f"# Rules\n\n{MARK}\n", intro]
    heads = "| rule | article | in force | says |\n| --- | --- | --- | --- |"
    for instrument in book.instruments:
        rows = [rule for rule in book.rules if rule.instrument == instrument]
        if not rows:
            continue
        source = f"verified {instrument.verified_at}, review by {instrument.review_by}, {instrument.confidence}"
        out.append(f"\n## {instrument.title.en}\n\n{instrument.title.zh} ({source})\n\n{heads}")
        out += [
            f"| `{rule.id}` | {rule.row.article} | {days(rule.row.start, rule.row.until)} "
            f"| {rule.row.gist.en}<br>{rule.row.gist.zh} |".replace("\n", " ")
            for rule in rows
        ]
    return "\n".join(out) + "\n"


def days(start: str | None, until: str | None) -> str:
    """A span of legal dates."""
    return f"{start or ''} to {until}" if until else f"from {start}" if start else "always"


def with_transcripts(page: str) -> str:
    """A page with its transcripts filled in from docs/transcripts/; a block without a recording stays as it is."""

    def fill(found: re.Match[str]) -> str:
        file = DOCS / "transcripts" / found["name"]
        if not file.exists():
            return found[0]
        return f"{found[1]}\n```text\n{file.read_text(encoding='utf-8').rstrip()}\n```\n\n{found[4]}"

    return BLOCK.sub(fill, page)


def invariants() -> str:
    """What the packs never let happen, by jurisdiction."""
    out = [f"# Invariants\n\n{MARK}\n", PROOF]
    place = ""
    for one in read_invariants(JURISDICTIONS):
        if one.id.split(".")[0] != place:
            place = one.id.split(".")[0]
            out.append(f"\n## {place}\n\n| invariant | rests on | never otherwise |\n| --- | --- | --- |")
        out.append(f"| `{one.id}` | {one.rests_on} | {one.claim.en}<br>{one.claim.zh} |")
    return "\n".join(out) + "\n"


def pages() -> dict[Path, str]:
    """Every generated page with what should stand in it."""
    found = {
        DOCS / "configuration.md": configuration("en"),
        DOCS / "configuration.zh-CN.md": configuration("zh"),
        DOCS / "commands.md": commands(),
        DOCS / "providers.md": providers(),
        DOCS / "law.md": law(),
        DOCS / "invariants.md": invariants(),
    }
    for name in ("README.md", "README.zh-CN.md"):
        found[ROOT / name] = with_transcripts((ROOT / name).read_text(encoding="utf-8"))
    return found


def stale() -> list[Path]:
    """The generated pages that are not current."""
    return [page for page, text in pages().items() if not page.exists() or page.read_text(encoding="utf-8") != text]


if __name__ == "__main__":
    behind = stale()
    if "--check" in sys.argv[1:]:
        for page in behind:
            print(f"not current: {page.relative_to(ROOT)}")
        sys.exit(bool(behind))
    content = pages()
    for page in behind:
        page.write_text(content[page], encoding="utf-8")
        print(f"wrote {page.relative_to(ROOT)}")
