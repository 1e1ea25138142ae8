"""Draws what to train on: questions by themselves, and conversations of intents, their follow-ups and off-topic questions."""
from collections import Counter

import torch

from tables import ASSISTANT, END, IGNORE, NEIGHBOURS, PROMPTER, VOCABULARY

OFF_TOPIC, OFF_TOPIC_TALKED = 0.3, 0.15
"""The share of fresh questions that the guide does not know, alone and in conversations, where answers are learned."""
STRANGE = 0.25
"""How many of them are made of the words of the whole language."""
FOLLOWING = 0.6
"""How often a turn that has follow-ups is followed by one of them."""
FOLLOWED = 0.2
"""How often a fresh question of a conversation is one that has follow-ups, beyond its share."""
READ_AGAIN = 0.25
"""How often an answer stands without its topic, as it does where a conversation is read again from its texts."""
BEGUN = 6
"""So many tokens of such an answer are not learned: what comes first is to be a topic."""
ROWLESS, REPLACED, LOST = 0.25, 0.06, 0.04
"""How likely a word of a question keeps its vector only, gives way to one of about the same meaning, is lost."""
LOST_OFF_TOPIC = (0, 0.15, 0.4, 0.8)
"""The same for the words of an off-topic question, one of these for each: what is not understood is not known."""


STEP = 8
"""Questions are padded to a multiple of it: of too many different shapes oneDNN, below PyTorch, loses track."""


class Conversations:
    """Draws random questions of the groups, and random conversations."""

    def __init__(self, data, rng):
        self.rng = rng
        self.strangers = data["strangers"]
        self.groups = data["groups"]
        self.off_topic = next(g for g in self.groups if g["id"] == data["offTopic"])
        self.intents = [g for g in self.groups if g["parent"] is None and g is not self.off_topic]
        self.children = {}
        for group in self.groups:
            if group["parent"] is not None:
                self.children.setdefault(group["parent"], []).append(group)
        self.parents = [g for g in self.intents if g["id"] in self.children]
        self.asked_of = {id(g): {tuple(q) for q in g["questions"]} for g in self.groups if g["parent"] is not None}
        self.deck = []

    def fresh_group(self, unknown=OFF_TOPIC):
        """The group of a question that stands alone: off-topic with the chance `unknown`, or an intent in turn."""
        if self.rng.random() < unknown:
            return self.off_topic
        if not self.deck:
            self.deck = list(self.intents)
            self.rng.shuffle(self.deck)
        return self.deck.pop()

    def next_group(self, family):
        """The next question's group in a conversation: a follow-up of the family in talk, or a fresh one."""
        followed = self.children.get(family, [])
        if followed and self.rng.random() < FOLLOWING:
            return self.rng.choice(followed)
        group = self.fresh_group(OFF_TOPIC_TALKED)
        return self.rng.choice(self.parents) if group is not self.off_topic and self.rng.random() < FOLLOWED else group

    def question_of(self, group):
        """One of the group's questions: its token ids, the number of its sentence, and how likely a word is lost."""
        is_unknown = group is self.off_topic
        source = self.strangers if is_unknown and self.rng.random() < STRANGE else group
        number = self.rng.randrange(len(source["questions"]))
        lost = self.rng.choice(LOST_OFF_TOPIC) if is_unknown else LOST
        return source["questions"][number], source["sentences"][number], lost

    def clashes(self, question, family):
        """Whether a fresh question is, word for word, a follow-up of the family in talk."""
        return any(tuple(question) in self.asked_of[id(g)] for g in self.children.get(family, []))

    def draw(self, length):
        """
        One conversation, cut after `length` tokens: its tokens, which of them are learned, and how likely each may be
        lost. Where a group has several answers they come in turn: chosen at random none of them would ever be likelier
        than the one answer of a group that is told less surely.
        """
        tokens, learned, lost, family, asked = [], [], [], None, Counter()
        while len(tokens) < length:
            group = self.next_group(family)
            question, _, chance = self.question_of(group)
            if group["parent"] is None and self.clashes(question, family):
                continue
            turn = asked[group["id"]] % len(group["answers"])
            asked[group["id"]] += 1
            answer = [*group["answers"][turn], END]
            asking = [PROMPTER, *question, END, ASSISTANT]
            if self.rng.random() < READ_AGAIN:
                reply, begun = answer, min(BEGUN, len(answer))
            else:
                reply, begun = [VOCABULARY + group["topics"][turn], *answer], 0
            tokens += asking + reply
            lost += [0, *(chance for _ in question), 0, 0, *(0 for _ in reply)]
            learned += [False] * (len(asking) + begun) + [True] * (len(reply) - begun)
            family = group["parent"] or group["id"]
        return tokens[:length], learned[:length], lost[:length]


def disturbed(tables, tokens, lost, generator):
    """
    What is read of tokens (batch, length): word vectors, rows of stems and of forms. `lost` tells how likely each is lost;
    where that is 0 a token is read as it is, and so are all without a generator.
    """
    if generator is None:
        return tables.vectors[tokens], tables.stem_of[tokens], tables.form_of[tokens]
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
    return vectors, stems, forms


class Talk:
    """Conversations of one length as tensors, their questions disturbed."""

    def __init__(self, conversations, tables, length, size, generator):
        drawn = [conversations.draw(length) for _ in range(size)]
        tokens, learned, lost = (torch.tensor(column) for column in zip(*drawn))
        self.written = tables.output_of[tokens]
        self.targets = torch.where(learned, self.written, torch.tensor(IGNORE))[:, 1:]
        self.is_topic = tokens[:, 1:] >= VOCABULARY
        read = disturbed(tables, tokens, lost, generator)
        self.vectors, self.stems, self.forms = (column[:, :-1] for column in read)


class Asked:
    """Questions by themselves: where each ends, the topic that comes next, and the number of the sentence it varies."""

    def __init__(self, drawn, tables, generator):
        questions, sentences, chances, groups = zip(*drawn)
        rest = [-(-max(map(len, questions)) // STEP) * STEP - len(question) for question in questions]
        tokens = torch.tensor([[PROMPTER, *q, END, ASSISTANT, *[END] * more] for q, more in zip(questions, rest)])
        lost = torch.tensor([[0, *[chance] * len(q), 0, 0, *[0] * more]
                             for q, chance, more in zip(questions, chances, rest)])
        self.ends = torch.tensor([len(question) + 2 for question in questions])
        self.topics = tables.output_of[torch.tensor([VOCABULARY + group["topics"][0] for group in groups])]
        self.sentences = torch.tensor(sentences)
        self.vectors, self.stems, self.forms = disturbed(tables, tokens, lost, generator)


def asked(conversations, tables, size, parts, generator):
    """So many questions in so many batches, short ones together: a batch is as slow as its longest."""
    groups = [conversations.fresh_group() for _ in range(size)]
    drawn = sorted(((*conversations.question_of(group), group) for group in groups), key=lambda row: len(row[0]))
    return [Asked(drawn[at:at + size // parts], tables, generator) for at in range(0, size, size // parts)]
