"""The ledger in words: one entry for a person, a report of the verifier, in English or Chinese."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from isthmus.steps.record.verify import Report

# what a person looks for first in an entry, in this order
WANTED = (
    "by", "key", "entity", "deployment", "verdict", "mechanisms", "found", "unscanned", "edits", "attested", "reader",
    "released", "outcome", "reply_found", "code", "status", "cost", "instance", "sends", "person", "into",
)  # fmt: skip
ZH: dict[str, str] = {
    "call.refused": "调用被拒绝",
    "call.rejected": "请求无效",
    "decision.made": "作出决定",
    "send.opened": "开始发送",
    "send.closed": "发送结束",
    "reply.decided": "应答已作决定",
    "instance.started": "进程启动",
    "instance.stopped": "进程停止",
    "instance.recovered": "进程崩溃后恢复",
    "instance.resumed": "进程重新连接",
    "person.merged": "两人合并为一人",
    "conversation.joined": "数据进入会话",
    "registry.applied": "登记生效",
}


def entry_text(body: bytes, *, chinese: bool) -> str:
    """An entry in two lines: when, what and of which call; then what matters in it."""
    try:
        entry = msgspec.json.decode(body)
        kind, content = entry["kind"], entry["content"]
        word = f"  {ZH[kind]}" if chinese and kind in ZH else ""
        head = f"{entry['seq']:>6}  {entry['at']}  {kind:<18} {entry['call']}".rstrip() + word
        gist = _decision(content) if kind == "decision.made" else _gist(content)
    except (msgspec.DecodeError, AttributeError, KeyError, TypeError, ValueError):
        return (
            "     ?  这不是一条记录：请运行 `isthmus ledger verify`"
            if chinese
            else "     ?  this is no entry: run `isthmus ledger verify`"
        )
    return f"{head}\n        {gist}" if gist else head


def _gist(content: dict[str, Any]) -> str:
    told = [f"{name}={_plain(content[name])}" for name in WANTED if content.get(name) not in (None, "", {}, [], 0)]
    told += [f"{name}: {', '.join(_refused(rows))}" for name, rows in content.get("decisions", {}).items()]
    told += [f"{row['what']} {row['id']}" for row in content.get("rows", ())]
    return " ".join(told)


def _refused(rows: dict[str, list[str]]) -> list[str]:
    """For each body of law that refused, what it demands and the rule that says so."""
    return [f"{law}={' '.join(words[:2])}" for law, words in rows.items()]


def _decision(content: dict[str, Any]) -> str:
    """Verdict and date, then for each body of law what it demands, with the article."""
    decision = msgspec.json.decode(content["decision"])
    told = [f"verdict={decision['verdict']} on={decision['on']}"]
    for regime in decision["regimes"]:
        cited = regime.get("ground") or next((reason["citation"] for reason in regime["reasons"]), None)
        article = f" ({cited['instrument']} {cited['article']})" if cited else ""
        told.append(f"{regime['id']}={regime['mechanism']}{article}")
    return " ".join(told)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}:{each}" for name, each in value.items())
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def report_lines(report: Report, checkpoint: Path | None, *, chinese: bool) -> list[str]:
    """A report of the verifier: what is wrong, what was verified, and what these means cannot exclude."""
    told = [f"✗ {problem.text_zh if chinese else problem.text_en}" for problem in report.problems]
    root = f"{report.root[:16]}…" if report.root else "-"
    size, covered, left = report.size, report.covered, report.open_sends
    if report.ok:
        told.append(f"✓ 账本验证通过：{size} 条，根 {root}" if chinese else f"✓ verified: {size} entries, root {root}")
    else:
        told.append(f"✗ 账本验证不通过：共 {size} 条" if chinese else f"✗ does not verify: {size} entries")
    if report.checkpoint != "none":
        told.append(
            f"  检查点 {checkpoint}：覆盖 {covered} 条"
            if chinese
            else f"  checkpoint {checkpoint}: covers {covered} entries"
        )
    if left:
        told.append(f"  {left} 次发送尚未关闭" if chinese else f"  {left} sends are not closed")
    return told + [f"  ! {line}" for line in (report.not_excluded_zh if chinese else report.not_excluded_en)]
