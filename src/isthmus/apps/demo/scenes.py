"""The calls of the demo as data: who asks for what, and what it is there to show."""

from __future__ import annotations

from typing import Any

import msgspec

# Invented numbers; the check character of the first is right, or nothing would be found.
RESIDENT_ID = "110101199003070134"
MOBILE = "13912345678"
COMPLAINT_ZH = (
    f"请把下面的客户投诉写成一封简短的道歉信：客户周建国（身份证号{RESIDENT_ID}，手机{MOBILE}）"
    "反映上月采购的轴承有异响，要求更换。"
)
VISIT = {
    "type": "function",
    "function": {
        "name": "book_visit",
        "description": "Book a service visit.",
        "parameters": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "phone": {"type": "string"}},
            "required": ["name", "phone"],
        },
    },
}
CARD = {
    "type": "json_schema",
    "json_schema": {
        "name": "contact",
        "schema": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "email": {"type": "string"}},
            "required": ["name", "email"],
        },
    },
}


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `shows` says why it is told; `expects` is answered or refused; `faults` fail deployments before it."""

    id: str
    key: str
    model: str
    text: str
    shows_en: str
    shows_zh: str
    expects: str = "answered"
    goes_to: str = ""
    stream: bool = False
    more: dict[str, Any] = {}
    headers: dict[str, str] = {}
    faults: dict[str, tuple[str, ...]] = {}


SCENES: tuple[Scene, ...] = (
    Scene(
        id="home",
        key="after-sales",
        model="home",
        text=COMPLAINT_ZH,
        shows_en="A call that stays at home: nothing leaves the mainland, so nothing is changed.",
        shows_zh="留在境内的调用：数据不出境，内容不作改动。",
        goes_to="vllm-shanghai",
    ),
    Scene(
        id="export",
        key="after-sales",
        model="mistral-frankfurt",
        text=COMPLAINT_ZH,
        stream=True,
        shows_en="The same words may go to the parent in Frankfurt: a filed standard contract covers it. Personal data"
        " leave as pseudonyms, and the streamed answer comes back with the real values.",
        shows_zh="同样的内容可以发往法兰克福母公司：已备案的标准合同覆盖。个人信息以假名出境，流式应答中恢复原值。",
        goes_to="mistral-frankfurt",
    ),
    Scene(
        id="refused",
        key="after-sales",
        model="vllm-singapore",
        text=COMPLAINT_ZH,
        expects="refused",
        shows_en="The same words to Singapore, where no contract is on file: refused, with article and remedies."
        " Pseudonyms do not change that: they are reversible, so the data stay personal.",
        shows_zh="同样的内容发往新加坡：没有合同在案，依法拒绝，并给出条文与补救办法。假名可恢复，仍属个人信息，不改变结论。",
    ),
    Scene(
        id="free",
        key="after-sales",
        model="group",
        text="Write three polite sentences that explain why bearings should be re-greased every 500 hours.",
        shows_en="A call that nothing protects: it goes abroad freely.",
        shows_zh="不含受保护数据的调用：自由出境。",
        goes_to="mistral-frankfurt",
    ),
    Scene(
        id="tools",
        key="after-sales",
        model="mistral-frankfurt",
        text=f"Book a service visit for Hannelore Weber, phone {MOBILE}.",
        more={"tools": [VISIT]},
        headers={"x-isthmus-purpose": "drafting"},
        shows_en="Tool calls: the arguments come back as valid JSON with the real values.",
        shows_zh="工具调用：参数恢复原值，仍为有效 JSON。",
        goes_to="mistral-frankfurt",
    ),
    Scene(
        id="card",
        key="after-sales",
        model="mistral-frankfurt",
        text="Fill in the contact card for Lin: 林晓雯, lin.xiaowen@example.com.",
        more={"response_format": CARD},
        shows_en="Structured output: values are restored inside the JSON that was asked for.",
        shows_zh="结构化输出：在所要求的 JSON 内恢复原值。",
        goes_to="mistral-frankfurt",
    ),
    Scene(
        id="terms",
        key="after-sales",
        model="gpt-virginia",
        text="Translate: 轴承。",
        expects="refused",
        shows_en="A vendor's own terms: this one serves no customer in the mainland, whatever the data are.",
        shows_zh="供应商条款：该供应商不向中国内地客户提供服务，与数据内容无关。",
    ),
    Scene(
        id="public",
        key="reading-app",
        model="reader",
        text="用一句话告诉孩子为什么月亮会变圆。",
        stream=True,
        shows_en="A public app in the mainland: only a filed model may answer, and the answer is labelled.",
        shows_zh="面向境内公众的应用：只能使用已备案的模型，应答须加标识。",
        goes_to="deepseek-hangzhou",
    ),
    Scene(
        id="arbitrage",
        key="asia-desk",
        model="assistant",
        text="Summarise in one sentence what a preventive maintenance plan is.",
        shows_en="Two ecosystems, equal quality: the affiliate in Singapore takes the cheaper one.",
        shows_zh="两个生态，质量相同：新加坡关联公司取其廉者。",
        goes_to="deepseek-hangzhou",
    ),
    Scene(
        id="fallback",
        key="asia-desk",
        model="asia",
        text="Draft a short note to Tan Wei Ming that the Friday meeting moves to Monday.",
        stream=True,
        shows_en="A provider fails: after one more try the next lawful deployment answers. Each try is its own send.",
        shows_zh="供应方故障：再试一次后由下一个合法部署应答。每次尝试都是一次独立的发送。",
        goes_to="vllm-singapore",
    ),
)
