"""An enterprise for benches: one entity on the mainland, a model at home, one abroad under a standard contract.

Everything is on loopback. Telephone numbers and addresses are made up by counting.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from isthmus.clock import now
from isthmus.config import Loaded, read_config
from isthmus.registry.file import read_registry, rows_of
from isthmus.registry.keys import Choice, Key, digest, new_key
from isthmus.steps.record import new_signer
from isthmus.store import NewRow, append_registry, open_store

START_S = 60.0
KEY = "bench-desk"
CONFIG = """
listen: {{port: {port}}}
store: {{{store}signer: file:signer.pem, origin: bench.invalid/ledger, checkpoint_every_s: 5}}
limits: {{in_flight: 2000}}
policy: {{cost_currency: CNY}}
rates: rates.yaml
purposes: [{{id: after-sales, basis: contract}}]
entities:
  - id: works
    name: Bench Works
    name_zh: 测试工厂
    jurisdiction: cn
    city: Shanghai
    owner: {{country: de, percent: 100}}
    secret: file:works.txt
deployments:
  - id: home
    provider: self_hosted
    endpoint: vllm
    model: home-1
    base_url: http://127.0.0.1:{upstream}/home/v1
    recipient: works
    hosted_in: [cn]
    accessible_from: []
    operator_country: cn
    owner_country: cn
    weights_from: cn
    retention_days: 0
    trains_on_inputs: false
    model_filed: true
    quality: {{value: 0.8, source: bench}}
    tariffs:
      - {{currency: CNY, tiers: [{{input: "1", output: "2"}}], source: bench, verified_at: 2026-11-01, confidence: low,
         review_by: 2027-12-31}}
  - id: abroad
    provider: self_hosted
    endpoint: vllm
    model: abroad-1
    base_url: http://127.0.0.1:{upstream}/abroad/v1
    recipient: works-de
    hosted_in: [de]
    accessible_from: []
    operator_country: de
    owner_country: de
    weights_from: fr
    retention_days: 0
    trains_on_inputs: false
    retries: {retries}
    quality: {{value: 0.8, source: bench}}
    tariffs:
      - {{currency: EUR, tiers: [{{input: "1", output: "2"}}], source: bench, verified_at: 2026-11-01, confidence: low,
         review_by: 2027-12-31}}
"""
RATES = """
base: EUR
date: 2026-11-01
source: bench
rates: {CNY: "8.0"}
"""
ACTS = """
by: bench
acts:
  - {id: scc-1, kind: standard_contract, entity: works, recipient: works-de, number: "1", valid_from: 2026-01-01,
     valid_until: 2028-12-31, filed_on: 2026-01-05}
  - {id: pia-1, kind: impact_assessment, entity: works, recipient: works-de, valid_from: 2026-01-01,
     valid_until: 2028-12-31}
  - {id: notice-1, kind: notice, entity: works, recipient: works-de, valid_from: 2026-01-01}
"""


class Enterprise:
    """The files of one gateway in `folder`, and the text of its one key; an empty `store` is a file there."""

    def __init__(self, folder: Path, *, port: int, upstream: int, retries: int = 0, store: str = "") -> None:
        self.folder, self.port = folder, port
        self.config = folder / "isthmus.yaml"
        folder.mkdir(parents=True)
        url = f'url: "{store}", ' if store else ""
        config = CONFIG.format(port=port, upstream=upstream, retries=retries, store=url)
        self.config.write_text(config, encoding="utf-8")
        (folder / "rates.yaml").write_text(RATES, encoding="utf-8")
        (folder / "registry.yaml").write_text(ACTS, encoding="utf-8")
        (folder / "signer.pem").write_bytes(new_signer())
        (folder / "works.txt").write_text(os.urandom(32).hex(), encoding="utf-8")
        self.key = new_key(os.urandom(32))
        self._record()

    @property
    def loaded(self) -> Loaded:
        """The configuration as the gateway reads it."""
        return read_config(self.config)

    def _record(self) -> None:
        loaded = self.loaded
        content = read_registry(self.folder / "registry.yaml", loaded.config)
        chosen = (("purpose", "after-sales"), ("audience", "internal"), ("subjects", "customers"))
        key = Key(
            id=KEY,
            entity="works",
            hash=digest(self.key),
            choices=tuple(Choice(fact=fact, values=(value,), default=value) for fact, value in chosen),  # type: ignore[arg-type] # literals
        )
        store = open_store(loaded.store_url())
        try:
            rows = [*rows_of(content), NewRow(what="key", id=KEY, content=msgspec.to_builtins(key))]
            append_registry(store, rows, at=now(), by=content.by)
        finally:
            store.close()


class Gateway:
    """`isthmus serve` as a process; a context manager. `core` pins it."""

    def __init__(self, enterprise: Enterprise, *, workers: int = 1, core: int | None = None) -> None:
        self._enterprise = enterprise
        pinned = [] if core is None else ["taskset", "-c", str(core)]
        serve = [sys.executable, "-m", "isthmus.cli.main", "serve", "-c", str(enterprise.config)]
        self._command = [*pinned, *serve, "--workers", str(workers)]
        self.process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self._log = (self._enterprise.folder / "gateway.log").open("ab")
        self.process = subprocess.Popen(self._command, stdout=self._log, stderr=self._log, start_new_session=True)
        self.until_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process is not None
        assert self._log is not None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
        self._log.close()

    @property
    def url(self) -> str:
        """The server's address, without a path."""
        return f"http://127.0.0.1:{self._enterprise.port}"

    def get(self, path: str) -> bytes:
        """What the server tells at `path`."""
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            told: bytes = answer.read()
            return told

    def ready(self) -> dict[str, Any]:
        """What `/readyz` tells."""
        told: dict[str, Any] = msgspec.json.decode(self.get("/readyz"))
        return told

    def until_ready(self) -> None:
        """Wait until calls can be served."""
        assert self.process is not None
        end = time.monotonic() + START_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.ready()["ready"]:
                    return
            except OSError:
                time.sleep(0.02)
        log = (self._enterprise.folder / "gateway.log").read_text(encoding="utf-8")[-2000:]
        raise SystemExit(f"the gateway did not start:\n{log}")

    def metric(self, name: str) -> float:
        """The value of a metric without labels."""
        lines = self.get("/metrics").decode().splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(f"{name} ")), 0.0)


def chat(model: str, text: str, *, stream: bool = False) -> dict[str, Any]:
    """A chat request of about one kilobyte around `text`."""
    system = "You answer for the after-sales desk of a maker of pumps. Be brief and polite."
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": text}],
        "temperature": 0.2,
    }
    return body | {"stream": True} if stream else body


ENGLISH = (
    "The customer writes that the pump in hall seven runs hot after about twenty minutes and then stops by itself. "
    "They have cleaned the filter twice and checked the mains voltage, which is steady. The controller shows code E41 "
    "each time. They ask whether the bearing or the sensor is the likelier cause, how long a repair would take, and "
    "whether the warranty covers it. The unit was delivered in March and has run for some nine hundred hours. "
    "Please draft an answer that first asks for the serial number and a photo of the display, then lists the two "
    "checks they can make themselves, and then offers a visit next week. Keep it under two hundred words."
)
CHINESE = (
    "客户反映七号车间的水泵运行约二十分钟后发热并自动停机。他们已两次清洗过滤器，并检查了供电电压，电压稳定。"
    "控制器每次显示代码E41。客户询问更可能是轴承还是传感器的问题，维修需要多长时间，是否在保修范围之内。"
    "该设备于三月交付，已运行约九百小时。请起草一份答复，先请客户提供序列号和显示屏照片，再列出两项可以自行完成的检查，"
    "最后提出下周上门服务。请控制在二百字以内，语气礼貌，不要承诺尚未确认的事项，也不要提及其他客户的情况。"
)
