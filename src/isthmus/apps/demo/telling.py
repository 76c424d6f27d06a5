"""The demo as text in 100 columns, in English or Chinese."""

from __future__ import annotations

import re
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from isthmus.apps.demo.calling import Outcome
from isthmus.apps.demo.scenes import Scene
from isthmus.cli.verdicts import VERDICT_STYLE, article, why
from isthmus.explaining import Explanation
from isthmus.steps.record.verify import Report

WIDTH = 100
PSEUDONYM = re.compile(r"(?:[A-Za-z]+(?: [A-Za-z]+)*|[\u4e00-\u9fff]+)-[0-9A-Z]{5,8}")
WORDS: dict[str, tuple[str, str]] = {
    "title": (
        "isthmus: one endpoint in front of two AI ecosystems",
        "isthmus：两个人工智能生态之前的一个端点",
    ),
    "simulated": (
        "Both ecosystems are SIMULATED: servers on this machine, answering by rules. All between is real.",
        "两个生态均为模拟：本机上按规则应答的服务器。其间的一切都是真实的。",
    ),
    "asks": ("asks", "请求"),
    "says": ("says", "内容"),
    "found": ("found", "识别"),
    "nothing": ("nothing that a law protects", "无受保护内容"),
    "verdicts": ("verdicts", "结论"),
    "left": ("what left", "实际发出"),
    "nothing_left": ("nothing left this machine's gateway", "没有任何内容发出"),
    "answer": ("answer", "应答"),
    "refused": ("refused", "拒绝"),
    "lawful": ("lawful", "补救"),
    "cost": ("cost", "费用"),
    "dearest": ("the dearest lawful choice", "合法选择中最贵者"),
    "ledger": ("ledger", "账本"),
    "streamed": ("streamed in {0} pieces", "流式，{0} 段"),
    "as_of": ("as of {0}", "截至 {0}"),
    "verified": ("The ledger", "账本"),
    "holds": (
        "{0} entries verify against a checkpoint signed with Ed25519; {1} of {2} falsifications of a copy are found:",
        "{0} 条记录与 Ed25519 签名的检查点核验一致；对副本的 {2} 种篡改全部发现 {1} 种：",
    ),
    "found_it": ("found", "已发现"),
    "missed": ("MISSED", "未发现"),
    "end": (
        "{0} calls, {1} as expected, {2:.1f} s. Look further: .venv/bin/isthmus ledger show -c {3}",
        "共 {0} 次调用，{1} 次符合预期，用时 {2:.1f} 秒。继续查看：.venv/bin/isthmus ledger show -c {3}",
    ),
}


class Teller:
    """Prints the story; `lang` is en or zh."""

    def __init__(self, lang: str, console: Console | None = None) -> None:
        self.lang = lang
        self.console = console or Console(width=WIDTH, highlight=False)

    def word(self, name: str, *values: Any) -> str:
        """A phrase in the language of the telling."""
        english, chinese = WORDS[name]
        return (chinese if self.lang == "zh" else english).format(*values)

    def begin(self) -> None:
        """The title, and what is simulated."""
        self.console.rule(f"[bold]{self.word('title')}[/]")
        self.console.print(f"[yellow]{self.word('simulated')}[/]\n")

    def scene(self, number: int, scene: Scene, outlook: Explanation, outcome: Outcome) -> None:
        """One call: who asked, what was found, what was decided where, what left, what came back."""
        title = Table.grid(padding=(0, 1))
        title.add_column(width=2, justify="right", no_wrap=True)
        title.add_column(ratio=1, overflow="fold")
        title.add_row(Text(f"{number}", style="bold cyan"), Text(self._shows(scene), style="bold"))
        self.console.print(title)
        grid = Table.grid(padding=(0, 1))
        grid.add_column(style="dim", width=10, justify="right", no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        streamed = f" · {self.word('streamed', outcome.pieces)}" if scene.stream else ""
        grid.add_row(self.word("asks"), f"{outlook.caller.entity} · {scene.key} · model={scene.model}{streamed}")
        grid.add_row(self.word("says"), escape(scene.text))
        grid.add_row(self.word("found"), self._found(outlook))
        grid.add_row(self.word("verdicts"), self._verdicts(outlook, outcome))
        went = outcome.headers.get("x-isthmus-deployment")
        for name, text in sorted(outcome.received, key=lambda each: each[0] == went) or (
            ("", self.word("nothing_left")),
        ):
            told = Text(f"{name}: " if name else "", style="magenta")
            told.append_text(self._marked(text))
            grid.add_row(self.word("left"), told)
        self._ending(grid, outlook, outcome)
        self.console.print(grid)
        self.console.print()

    def ledger(self, report: Report, tries: list[tuple[str, str, Report]]) -> None:
        """The ledger verified, and falsifications of a copy."""
        caught = sum(not each.ok for _, _, each in tries)
        self.console.rule(f"[bold]{self.word('verified')}[/]")
        self.console.print(self.word("holds", report.size, caught, len(tries)))
        for english, chinese, each in tries:
            mark = f"[red]{self.word('missed')}[/]" if each.ok else f"[green]{self.word('found_it')}[/]"
            problem = each.problems[0] if each.problems else None
            how = (problem.text_zh if self.lang == "zh" else problem.text_en) if problem else ""
            self.console.print(f"  {mark}  {chinese if self.lang == 'zh' else english} [dim]({escape(how)})[/]")
        self.console.print()

    def _shows(self, scene: Scene) -> str:
        return scene.shows_zh if self.lang == "zh" else scene.shows_en

    def _found(self, outlook: Explanation) -> str:
        return ", ".join(f"{kind} x{number}" for kind, number in outlook.scan.kinds.items()) or self.word("nothing")

    def _verdicts(self, outlook: Explanation, outcome: Outcome) -> Table:
        """One line for each deployment that the call named, and one for all others of which the same was decided."""
        table = Table.grid(padding=(0, 2))
        table.add_column(overflow="fold", max_width=34)
        went = outcome.headers.get("x-isthmus-deployment")
        groups: dict[tuple[str, ...], list[str]] = {}
        for row in sorted(outlook.outlooks, key=lambda each: each.aside == "not_named"):
            says = article(row.decision, self.lang)
            named = "" if row.aside == "not_named" else row.deployment
            mark = " ◀" if row.deployment == went else ""
            group = (named, row.decision.verdict, says, row.decision.on)
            groups.setdefault(group, []).append(f"{row.deployment}{mark}")
        for (named, verdict, says, on), names in groups.items():
            table.add_row(
                Text(", ".join(names), style="bold" if named else "dim"),
                Text(verdict, style=VERDICT_STYLE[verdict]),
                says,
                f"[dim]{self.word('as_of', on)}[/]",
            )
        return table

    def _ending(self, grid: Table, outlook: Explanation, outcome: Outcome) -> None:
        if outcome.refusal:
            refusal = next(row for row in outlook.outlooks if row.aside == "refused")
            grid.add_row(
                self.word("refused"), f"[red]HTTP {outcome.status}[/] {escape(why(refusal.decision, self.lang))}"
            )
            for line in self._remedies(outcome.refusal):
                grid.add_row(self.word("lawful"), line)
        else:
            grid.add_row(self.word("answer"), escape(outcome.text))
            grid.add_row(self.word("cost"), self._cost(outlook, outcome))
        grid.add_row(self.word("ledger"), outcome.headers.get("x-isthmus-ledger-id") or outcome.call)

    def _remedies(self, refusal: dict[str, Any]) -> list[str]:
        remedies = [row for each in refusal["isthmus"]["decisions"] for row in each["remedies"]]
        texts = [f"· {escape(row['text'][self.lang])}" for row in remedies[:3]]
        lawful = refusal["isthmus"]["lawful"]
        return texts or ([f"· model={name}" for name in lawful[:3]])

    def _cost(self, outlook: Explanation, outcome: Outcome) -> str:
        costs = {row.deployment: row.cost for row in outlook.outlooks if row.deployment in outlook.order and row.cost}
        paid = outcome.headers.get("x-isthmus-cost", "?").replace("; estimated", "")
        told = _short(paid)
        went = outcome.headers.get("x-isthmus-deployment")
        dearest = max(costs, key=lambda name: float(str(costs[name]).split()[0]), default=None)
        if dearest and dearest != went and len(costs) > 1:
            told += f"  ({self.word('dearest')}: {dearest}, {_short(str(costs[dearest]))})"
        return told

    def _marked(self, text: str) -> Text:
        marked = Text(text)
        marked.highlight_regex(PSEUDONYM, "bold magenta")
        return marked


def _short(money: str) -> str:
    """An amount with three significant digits, for reading; the ledger holds all of them."""
    number, _, currency = money.partition(" ")
    try:
        return f"{float(number):.3g} {currency}"
    except ValueError:
        return money
