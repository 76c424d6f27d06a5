"""Decisions in a line or two, for people at a terminal."""

from __future__ import annotations

from isthmus.decision import Decision, cited, deciding

MECHANISMS: dict[str, tuple[str, str]] = {
    "no_export": ("stays at home", "不出境"),
    "not_a_transfer": ("not a transfer", "不属于传输"),
    "outside_the_law": ("outside the law", "不适用该法"),
    "exempt": ("exempt", "豁免"),
    "standard_contract_or_certification": ("standard contract or certification", "标准合同或认证"),
    "gba_contract_hk": ("GBA contract (Hong Kong)", "大湾区标准合同（香港）"),
    "gba_contract_mo": ("GBA contract (Macau)", "大湾区标准合同（澳门）"),
    "security_assessment": ("security assessment", "安全评估"),
    "permit": ("permit", "许可"),
    "dossier": ("dossier", "材料备查"),
    "adequacy": ("adequacy", "充分性认定"),
    "transfer_tool_required": ("transfer tool required", "需要传输工具"),
    "consent_required": ("consent required", "需要同意"),
    "restricted": ("restricted", "受限"),
    "prohibited": ("prohibited", "禁止"),
    "not_covered": ("not covered", "不涵盖"),
    "not_applicable": ("not applicable", "不适用"),
    "filing_required": ("filing required", "需要备案"),
    "registration_required": ("registration required", "需要登记"),
    "allowed_with_obligations": ("allowed with duties", "可用，附义务"),
    "allowed_with_conditions": ("allowed with conditions", "可用，附条件"),
    "deny": ("denied", "拒绝"),
    "human_review": ("human review", "人工复核"),
}
VERDICT_STYLE = {"allow": "green", "review": "yellow", "deny": "red"}


def mechanism(decision: Decision, lang: str = "en") -> str:
    """What the law demands, in a few words."""
    regime = deciding(decision)
    if regime is None:
        return "没有法律适用" if lang == "zh" else "no law speaks"
    english, chinese = MECHANISMS.get(regime.mechanism, (regime.mechanism.replace("_", " "),) * 2)
    return chinese if lang == "zh" else english


def article(decision: Decision, lang: str = "en") -> str:
    """The mechanism, with the article it rests on, or the fact that nobody stated."""
    regime, found = deciding(decision), cited(decision)
    if regime is not None and regime.open_facts:
        unknown = ", ".join(fact.fact for fact in regime.open_facts)
        return f"{mechanism(decision, lang)}{f'（未知：{unknown}）' if lang == 'zh' else f' (unknown: {unknown})'}"
    if found is None:
        return mechanism(decision, lang)
    return f"{mechanism(decision, lang)}{f'（{found[0]}）' if lang == 'zh' else f' ({found[0]})'}"


def why(decision: Decision, lang: str = "en") -> str:
    """The gist of the article."""
    found = cited(decision)
    if found is None:
        return ""
    return found[2] if lang == "zh" else found[1]
