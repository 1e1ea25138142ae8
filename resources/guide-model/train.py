"""Train the guide from scratch: train.py --data IDS.json --vocab VOCAB.gguf --out MODEL.pt [--steps N] [--seed N].

Every sequence is a conversation of random intents, their follow-ups and off-topic questions. The loss is taken on
answers only, once on plain logits and once on logits under the repetition penalty that the app's presets use, so that
the model stays sure of itself when it must repeat words. Runs on one thread and gives the same model for the same seed.
"""
import argparse
import json
import random
import re
import time

import torch
from torch.nn import functional as F

from gguf import Reader
from model import WIDTH, Guide

END, PROMPTER, ASSISTANT = 0, 50278, 50281
PENALTY = 1.2
IGNORE = -1
TELLING = 0.3
"""How much it counts that the group of a question can be told where the question ends; only training has that head."""
SHAPES = ((28, 110), (192, 16), (384, 8), (704, 4), (1536, 1))
"""The batches: sequences of at most this many tokens, and how many of them."""
STAGES = ((0.3, (75, 25, 0, 0, 0)), (0.7, (35, 30, 20, 12, 3)), (1.0, (20, 30, 26, 19, 5)))
"""Up to this part of the steps, each shape is drawn with this weight: short questions first, conversations later."""


def readable_tokens(vocabulary):
    """Each token's text, with GPT-2's stand-in for a space turned back."""
    return [token.replace("Ġ", " ").replace("Ċ", "\n") for token in vocabulary.strings("tokenizer.ggml.tokens")]


def stem(token):
    """What " Deleting", "delete" and "Deleted" have in common."""
    word = token.strip().lower()
    if len(word) > 3 and word.isalpha():
        word = re.sub(r"(ing|ed|es|s|e)$", "", word) if len(word) > 5 else re.sub(r"(es|s|e)$", "", word)
    return word or token


class Tables:
    """Which tokens the model reads and writes, and their rows: built from the training data."""

    def __init__(self, groups, tokens):
        written = {t for g in groups for answer in g["answers"] for t in answer} | {END}
        read = {t for g in groups for question in g["questions"] for t in question} | written | {PROMPTER, ASSISTANT}
        stems = sorted({stem(tokens[t]) for t in read})
        stem_rows = {s: row for row, s in enumerate(stems)}
        self.outputs = sorted(written)
        self.forms = sorted(read)
        self.stem_of = torch.full((len(tokens),), len(stems))
        self.form_of = torch.full((len(tokens),), len(self.forms))
        self.output_of = torch.full((len(tokens),), IGNORE)
        for token, string in enumerate(tokens):
            self.stem_of[token] = stem_rows.get(stem(string), len(stems))
        self.form_of[self.forms] = torch.arange(len(self.forms))
        self.output_of[self.outputs] = torch.arange(len(self.outputs))
        self.unknown_stem, self.unknown_form = len(stems), len(self.forms)


class Conversations:
    """
    Draws random conversations of the groups: tokens, which of them are answers, how likely each may be forgotten, and
    the number of the question's group where a question ends.
    """

    def __init__(self, data, rng):
        self.rng = rng
        self.off_topic = next(g for g in data["groups"] if g["id"] == data["offTopic"])
        self.intents = [g for g in data["groups"] if g["parent"] is None and g is not self.off_topic]
        self.children = {}
        for group in data["groups"]:
            if group["parent"] is not None:
                self.children.setdefault(group["parent"], []).append(group)
        self.number = {g["id"]: number for number, g in enumerate(data["groups"])}
        self.deck = []

    def next_group(self, family):
        """The next question's group: a follow-up of the family in talk, an intent in turn, or off-topic."""
        followed = self.children.get(family, [])
        draw = self.rng.random()
        if followed and draw < 0.5:
            return self.rng.choice(followed)
        if draw > 0.80:
            return self.off_topic
        if not self.deck:
            self.deck = [g for g in self.intents for _ in range(2 if g["id"] in self.children else 1)]
            self.rng.shuffle(self.deck)
        return self.deck.pop()

    def clashes(self, question, family):
        """Whether a fresh question is, word for word, a follow-up of the family in talk."""
        return any(question in g["questions"] for g in self.children.get(family, []))

    def draw(self, length):
        """One conversation of at most `length` tokens; the first turn is cut where it alone is longer."""
        tokens, answer, droppable, groups, family = [], [], [], [], None
        while True:
            group = self.next_group(family)
            question = self.rng.choice(group["questions"])
            if group["parent"] is None and self.clashes(question, family):
                continue
            reply = [*self.rng.choice(group["answers"]), END]
            turn = [PROMPTER, *question, END, ASSISTANT]
            if tokens and len(tokens) + len(turn) + len(reply) > length:
                return tokens[:length], answer[:length], droppable[:length], groups[:length]
            chance = self.rng.choice((0, 0.15, 0.4, 0.8)) if group is self.off_topic else 0.02
            droppable += [0, *(chance for _ in question), 0, 0, *(0 for _ in reply)]
            tokens += turn + reply
            answer += [False] * len(turn) + [True] * len(reply)
            groups += [IGNORE] * (len(turn) - 1) + [self.number[group["id"]]] + [IGNORE] * len(reply)
            family = group["parent"] or group["id"]


def batch(conversations, tables, length, size, generator):
    """Rows of stems, forms, targets, seen tokens and the questions' groups for one step."""
    drawn = [conversations.draw(length) for _ in range(size)]
    longest = max(len(tokens) for tokens, _, _, _ in drawn)
    tokens = torch.zeros(size, longest, dtype=torch.long)
    answer = torch.zeros(size, longest, dtype=torch.bool)
    drop = torch.zeros(size, longest)
    groups = torch.full((size, longest), IGNORE)
    for row, columns in enumerate(drawn):
        for table, column in zip((tokens, answer, drop, groups), columns):
            table[row, :len(column)] = torch.tensor(column, dtype=table.dtype)
    stems, forms = tables.stem_of[tokens], tables.form_of[tokens]
    forgotten = torch.rand(drop.shape, generator=generator) < drop
    stems[forgotten] = tables.unknown_stem
    formless = (torch.rand(drop.shape, generator=generator) < 0.05) & (drop > 0)
    forms[forgotten | formless] = tables.unknown_form
    written = tables.output_of[tokens]
    targets = torch.where(answer, written, torch.tensor(IGNORE))[:, 1:]
    return stems[:, :-1], forms[:, :-1], targets, written, groups[:, :-1]


def penalized(logits, rows, positions, written, outputs):
    """Logits under the repetition penalty for every token that occurs up to each position."""
    size, length = written.shape
    first = torch.full((size, outputs + 1), length)
    slots = torch.where(written == IGNORE, torch.tensor(outputs), written)
    first.scatter_reduce_(1, slots, torch.arange(length).expand(size, length), "amin")
    seen = first[rows, :outputs] <= positions[:, None]
    return torch.where(seen, torch.where(logits > 0, logits / PENALTY, logits * PENALTY), logits)


def rate(step, steps, peak):
    """Warm up, hold, then fall in a straight line."""
    return peak * min(1.0, (step + 1) / 100, max(0.01, (steps - step) / (0.6 * steps)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--vocab", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    with open(options.data) as file:
        data = json.load(file)
    tables = Tables(data["groups"], readable_tokens(Reader(options.vocab)))
    shapes, conversations = random.Random(options.seed + 1), Conversations(data, random.Random(options.seed))
    model = Guide(tables.unknown_stem, tables.unknown_form, len(tables.outputs), options.dropout)
    teller = torch.nn.Linear(WIDTH, len(data["groups"]))
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and n.startswith("layers")]
    others = [p for n, p in model.named_parameters() if not (p.dim() == 2 and n.startswith("layers"))]
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.02},
                                   {"params": [*others, *teller.parameters()], "weight_decay": 0.0}], betas=(0.9, 0.98))
    print(f"{len(tables.forms)} tokens read, {len(tables.outputs)} written", flush=True)
    started = time.time()
    for step in range(options.steps):
        weights = next(weights for until, weights in STAGES if step < until * options.steps)
        length, size = shapes.choices(SHAPES, weights)[0]
        stems, forms, targets, written, groups = batch(conversations, tables, length, size, generator)
        hidden = model.hidden(model.embed(stems, forms))
        rows, positions = (targets != IGNORE).nonzero(as_tuple=True)
        logits = model.output(hidden[rows, positions])
        wanted = targets[rows, positions]
        repeated = penalized(logits, rows, positions, written, len(tables.outputs))
        plain, hard = F.cross_entropy(logits, wanted), F.cross_entropy(repeated, wanted)
        told = F.cross_entropy(teller(hidden).flatten(0, 1), groups.flatten(), ignore_index=IGNORE)
        for group in optimizer.param_groups:
            group["lr"] = rate(step, options.steps, options.rate)
        optimizer.zero_grad(set_to_none=True)
        (plain + hard + TELLING * told).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 50 == 0 or step == options.steps - 1:
            losses = f"loss {plain.item():.4f} penalized {hard.item():.4f} group {told.item():.4f}"
            print(f"step {step} length {length} {losses} {time.time() - started:.0f} s", flush=True)
    torch.save({"state": model.state_dict(), "outputs": tables.outputs, "stem_of": tables.stem_of,
                "form_of": tables.form_of}, options.out)


if __name__ == "__main__":
    main()
