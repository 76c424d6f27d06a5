"""Chooses what stands for a value: a pseudonym, or a surrogate where a schema or a duty wants the value's own shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from isthmus.errors import RefusedError
from isthmus.pseudonyms.form import check_symbol, type_word
from isthmus.steps.transform.constraints import Constraint, Constraints
from isthmus.steps.transform.literals import Place
from isthmus.steps.transform.pseudonyms import Issuer
from isthmus.steps.transform.surrogates import has_shape, surrogate

_SAMPLE = "K7F3" + check_symbol("K7F3")
# what a schema may call the member that holds a value of a type, beside the type word itself
_NAMES = {"Person": ("name", "姓名", "customer", "contact"), "Phone": ("mobile", "tel", "手机"), "Email": ("mail",)}


class Namer(msgspec.Struct, frozen=True):
    """Names the values of one request; `places` are its texts, in which no surrogate may already stand."""

    issuer: Issuer
    constraints: Constraints
    words: Mapping[str, Mapping[str, str]]
    places: Sequence[Place]

    def name(self, kind: str, value: str, word: str, surface: str, duty: str) -> str:
        """What stands for a value; raises `RefusedError` where a schema admits the value and nothing that may leave."""
        known = self.issuer.known(kind, value)
        if known is None and (duty == "surrogate" or self.constraints.found):
            made = self._surrogate(kind, value, word, surface, duty)
            if made is not None:
                return made
        return self.issuer.pseudonym(kind, value, word, surface)

    def _surrogate(self, kind: str, value: str, word: str, surface: str, duty: str) -> str | None:
        known = self.words.get(kind, {})
        names = (word, *known.values(), *_NAMES.get(known.get("en", ""), ()))
        about = self.constraints.about((surface, value), names)
        if duty != "surrogate" and self._admit(about, f"{type_word(word)}-{_SAMPLE}"):
            return None
        for shape in (surface, value):
            if has_shape(shape) and self._admit(about, shape):
                made = surrogate(self.issuer.key, kind, value, shape, lambda text: self._fits(about, text))
                if made is not None:
                    fits = self._admit(about, surface)
                    return self.issuer.take(kind, value, made, surface if fits else value, fixed=not fits)
        if about and not self._admit(about, f"{type_word(word)}-{_SAMPLE}"):
            raise RefusedError(
                "a value that may only leave under another name cannot have the form that a schema of the request "
                "demands; loosen the pattern, format or length of that member, or use a deployment that may see it"
            )
        return None

    def _admit(self, about: tuple[Constraint, ...], text: str) -> bool:
        return all(self.constraints.admits(one, text) for one in about)

    def _fits(self, about: tuple[Constraint, ...], text: str) -> bool:
        return (
            self._admit(about, text)
            and text not in self.issuer.originals
            and not any(text in each.text for each in self.places)
        )
