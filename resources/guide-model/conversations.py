"""Draws conversations to train on: intents, their follow-ups and off-topic questions, one after the other."""
from collections import Counter

import torch

from tables import ASSISTANT, END, IGNORE, NEIGHBOURS, PROMPTER

OFF_TOPIC, OFF_TOPIC_REFINING = 0.25, 0.3
"""The share of fresh questions that the guide does not know, at first and while it is refined."""
STRANGE = 0.5
"""How many of them are made of the words of the whole language, while it is refined."""
FOLLOWING = 0.5
"""How often a turn that has follow-ups is followed by one of them."""
FOLLOWED, FOLLOWED_REFINING = 0.4, 0.2
"""How often a fresh question of a longer conversation is one that has follow-ups, beyond its share."""
SHORT = 64
"""Conversations of fewer tokens have no room for a second turn."""
ROWLESS, REPLACED, LOST = 0.25, 0.06, 0.04
"""How likely a word of a question keeps its vector only, gives way to one of about the same meaning, is lost."""
LOST_OFF_TOPIC = (0, 0.15, 0.4, 0.8)
"""The same for the words of an off-topic question, one of these for each: what is not understood is not known."""


class Conversations:
    """
    Draws random conversations of the groups: tokens, which of them are answers, how likely each may be lost, and the
    number of the question's group where a question ends.
    """

    def __init__(self, data, rng, is_refining):
        self.rng = rng
        self.unknown = OFF_TOPIC_REFINING if is_refining else OFF_TOPIC
        self.followed = FOLLOWED_REFINING if is_refining else FOLLOWED
        self.strangers = data["strangers"] if is_refining else []
        self.off_topic = next(g for g in data["groups"] if g["id"] == data["offTopic"])
        self.intents = [g for g in data["groups"] if g["parent"] is None and g is not self.off_topic]
        self.children = {}
        for group in data["groups"]:
            if group["parent"] is not None:
                self.children.setdefault(group["parent"], []).append(group)
        self.parents = [g for g in self.intents if g["id"] in self.children]
        self.number = {g["id"]: number for number, g in enumerate(data["groups"])}
        self.deck = []

    def next_group(self, family, length):
        """The next question's group: a follow-up of the family in talk, an intent in turn, or off-topic."""
        followed = self.children.get(family, [])
        if followed and self.rng.random() < FOLLOWING:
            return self.rng.choice(followed)
        if self.rng.random() < self.unknown:
            return self.off_topic
        if length > SHORT and self.rng.random() < self.followed:
            return self.rng.choice(self.parents)
        if not self.deck:
            self.deck = list(self.intents)
            self.rng.shuffle(self.deck)
        return self.deck.pop()

    def question_of(self, group):
        """One of the group's questions, as token ids."""
        if group is self.off_topic and self.strangers and self.rng.random() < STRANGE:
            return self.rng.choice(self.strangers)
        return self.rng.choice(group["questions"])

    def clashes(self, question, family):
        """Whether a fresh question is, word for word, a follow-up of the family in talk."""
        return any(question in g["questions"] for g in self.children.get(family, []))

    def draw(self, length):
        """
        One conversation, cut after `length` tokens. Where a group has several answers they come in turn: chosen at random
        none of them would ever be likelier than the one answer of a group that is told less surely.
        """
        tokens, answer, lost, groups, family, asked = [], [], [], [], None, Counter()
        while len(tokens) < length:
            group = self.next_group(family, length)
            question = self.question_of(group)
            if group["parent"] is None and self.clashes(question, family):
                continue
            reply = [*group["answers"][asked[group["id"]] % len(group["answers"])], END]
            asked[group["id"]] += 1
            turn = [PROMPTER, *question, END, ASSISTANT]
            chance = self.rng.choice(LOST_OFF_TOPIC) if group is self.off_topic else LOST
            tokens += turn + reply
            lost += [0, *(chance for _ in question), 0, 0, *(0 for _ in reply)]
            answer += [False] * len(turn) + [True] * len(reply)
            groups += [IGNORE] * (len(turn) - 1) + [self.number[group["id"]]] + [IGNORE] * len(reply)
            family = group["parent"] or group["id"]
        return tokens[:length], answer[:length], lost[:length], groups[:length]


class Batch:
    """Conversations of one length as tensors, their questions disturbed."""

    def __init__(self, conversations, tables, length, size, generator):
        drawn = [conversations.draw(length) for _ in range(size)]
        tokens, answer, lost, groups = (torch.tensor(column) for column in zip(*drawn))
        self.written = tables.output_of[tokens]
        self.targets = torch.where(answer, self.written, torch.tensor(IGNORE))[:, 1:]
        self.groups = groups[:, :-1]
        draw = torch.rand(tokens.shape, generator=generator)
        which = torch.randint(NEIGHBOURS, tokens.shape, generator=generator)
        mark = lost > 0
        replaced = mark & (draw < REPLACED)
        rowless = mark & (draw < REPLACED + ROWLESS)
        gone = torch.rand(tokens.shape, generator=generator) < lost
        read = torch.where(replaced, tables.neighbours[tokens, which], tokens)
        vectors, stems, forms = tables.vectors[read], tables.stem_of[read], tables.form_of[read]
        vectors[gone] = 0
        stems[rowless | gone] = tables.unknown_stem
        forms[rowless | gone] = tables.unknown_form
        self.vectors, self.stems, self.forms = vectors[:, :-1], stems[:, :-1], forms[:, :-1]
