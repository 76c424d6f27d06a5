"""The whole story: the stage is set, each call is explained and made, the ledger is verified and falsified."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
from rich.console import Console

from isthmus.apps.demo.calling import Outcome, perform
from isthmus.apps.demo.scenes import SCENES, Scene
from isthmus.apps.demo.stage import Stage
from isthmus.apps.demo.tampering import tried
from isthmus.apps.demo.telling import Teller
from isthmus.catalogues import load_catalogues
from isthmus.errors import NotFoundError
from isthmus.explaining import Explanation, explain, key_named, registered
from isthmus.steps.record.checkpoint import read_verifier
from isthmus.steps.record.verify import verify
from isthmus.steps.record.witness import KEY_FILE, LATEST
from isthmus.store import export_lines, open_store


def tell(folder: Path, lang: str, *, port: int, started: float, console: Console | None = None) -> bool:
    """Tell the story; whether every call ended as it should and every falsification was found."""
    teller = Teller(lang, console)
    teller.begin()
    good = 0
    with Stage(folder, port=port) as stage:
        for number, scene in enumerate(SCENES, 1):
            outlook = look(stage, scene)
            outcome = perform(stage, scene)
            teller.scene(number, scene, outlook, outcome)
            good += as_expected(scene, outcome)
        stage.stop_gateway()
        proven = prove(stage, teller)
    seconds = time.monotonic() - started
    teller.console.print(teller.word("end", len(SCENES), good, seconds, stage.config))
    return proven and good == len(SCENES)


def tell_one(folder: Path, lang: str, *, port: int, name: str) -> None:
    """Tell one scene; raises `NotFoundError` where none has that name."""
    number, scene = next(((at, each) for at, each in enumerate(SCENES, 1) if each.id == name), (0, None))
    if scene is None:
        raise NotFoundError(f"no scene `{name}`", remedy=f"one of {', '.join(each.id for each in SCENES)}")
    teller = Teller(lang)
    with Stage(folder, port=port) as stage:
        teller.scene(number, scene, look(stage, scene), perform(stage, scene))


def serve_stage(folder: Path, lang: str, *, port: int) -> None:
    """Leave everything running until the gateway is stopped."""
    teller = Teller(lang)
    teller.begin()
    with Stage(folder, port=port) as stage:
        for name, key in stage.keys.items():
            teller.console.print(f"export KEY_{name.replace('-', '_').upper()}={key}", soft_wrap=True)
        first = SCENES[0]
        body = msgspec.json.encode({"model": first.model, "messages": [{"role": "user", "content": first.text}]})
        teller.console.print(
            f'\ncurl -i {stage.url}/chat/completions -H "authorization: Bearer $KEY_AFTER_SALES" \\\n'
            f"  -H 'content-type: application/json' -d '{body.decode()}'",
            soft_wrap=True,
            markup=False,
        )
        try:
            stage.wait()
        except KeyboardInterrupt:
            teller.console.print()


def look(stage: Stage, scene: Scene) -> Explanation:
    """What `isthmus explain` says of a scene's call."""
    catalogues = load_catalogues(stage.config)
    store, current = registered(catalogues)
    messages = [{"role": "user", "content": scene.text}]
    body = msgspec.json.encode({"model": scene.model, "messages": messages, "stream": scene.stream, **scene.more})
    try:
        key = key_named(current, scene.key)
        return explain(catalogues, current, store, key=key, body=body, headers=scene.headers)
    finally:
        store.close()


def as_expected(scene: Scene, outcome: Outcome) -> bool:
    """Whether a call ended as its scene says."""
    if scene.expects == "refused":
        return outcome.status == 451 and not outcome.received
    return outcome.status == 200 and outcome.headers.get("x-isthmus-deployment") == scene.goes_to


def prove(stage: Stage, teller: Teller) -> bool:
    """Verify the ledger against its last checkpoint, and see four falsifications of a copy found."""
    folder = stage.folder / "checkpoints"
    checkpoint = (folder / LATEST).read_text(encoding="utf-8")
    key = read_verifier((folder / KEY_FILE).read_bytes())
    store = open_store(f"sqlite:///{stage.folder.resolve() / 'isthmus.db'}")
    try:
        lines = list(export_lines(store))
    finally:
        store.close()
    report = verify(lines, checkpoint=checkpoint, key=key)
    tries = tried(lines, checkpoint=checkpoint, key=key)
    teller.ledger(report, tries)
    return report.ok and not any(each.ok for _, _, each in tries)
