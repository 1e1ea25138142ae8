"""What two teachers say of each sentence of the training data, for the guide to learn from beside the labels:
teaching.py --data IDS.json --vocab VOCAB.gguf --vectors TOKENS.f32 --sentences VECTORS.f32 --out TAUGHT.pt

One teacher knows a question by its words, in any order, the other by the vector of the whole sentence. Each is trained
FOLDS times, on all sentences but a part, and asked about that part: of what it has learned by heart it would only repeat
the label. Together they tell held-out questions apart better than either, and far better which ones are off-topic.
"""
import argparse
import json
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from conversations import disturbed
from gguf import Reader
from tables import Tables, read_vectors, readable_tokens
from model import VECTOR, WIDTH

FOLDS = 3
KEPT = 8
"""Only so many groups of a sentence are kept, the likeliest."""
SENTENCE = 512
OFF_TOPIC = 0.25
"""The share of off-topic questions."""
WORD_STEPS, WORD_SIZE, WORD_RATE = 3000, 512, 2e-3
MEANING_STEPS, MEANING_SIZE, MEANING_RATE = 3000, 512, 2e-3
NOISE = 0.2
"""Added to every number of a sentence's vector, whose numbers are 0.7 large on average."""


def read_sentences(path):
    """The vectors of all sentences, (sentences, SENTENCE), centred and of length 1."""
    vectors = F.normalize(torch.from_numpy(np.fromfile(path, np.float32).reshape(-1, SENTENCE)))
    return F.normalize(vectors - vectors.mean(0))


def dropped(x, share, generator):
    """Dropout by a generator of its own: threads share the global one. Nothing is dropped without it."""
    return x if generator is None else x * (torch.rand(x.shape, generator=generator) >= share) / (1 - share)


class Words(nn.Module):
    """Tells the group from the sum of the words' embeddings."""

    def __init__(self, tables, groups):
        super().__init__()
        self.vector = nn.Linear(VECTOR, WIDTH, bias=False)
        self.stem = nn.Embedding(tables.unknown_stem + 1, WIDTH)
        self.form = nn.Embedding(tables.unknown_form + 1, WIDTH)
        self.norm, self.output_norm = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.head = nn.Linear(WIDTH, groups)
        nn.init.normal_(self.vector.weight, std=0.2)
        for table in (self.stem, self.form):
            nn.init.normal_(table.weight, std=0.1)

    def forward(self, vectors, stems, forms, mask, generator=None):
        embedded = (self.vector(vectors) + self.stem(stems) + self.form(forms)) * mask[..., None]
        x = self.norm(embedded.sum(1) / mask.sum(1, keepdim=True).clamp(min=1) ** 0.5)
        x = dropped(x, 0.1, generator)
        return self.head(self.output_norm(x + self.down(F.gelu(self.up(x)))))


class Meaning(nn.Module):
    """Tells the group from the vector of a whole sentence."""

    def __init__(self, groups):
        super().__init__()
        self.up, self.down = nn.Linear(SENTENCE, 4 * WIDTH), nn.Linear(4 * WIDTH, groups)

    def forward(self, sentences, generator=None):
        return self.down(dropped(F.gelu(self.up(sentences)), 0.5, generator))


class Material:
    """Every sentence with its group, and the questions that vary it."""

    def __init__(self, data, tables):
        self.tables = tables
        self.single = [n for n, g in enumerate(data["groups"]) if g["parent"] is None]
        self.unknown = next(i for i, n in enumerate(self.single) if data["groups"][n]["id"] == data["offTopic"])
        self.variants = {}
        self.group_of = {}
        rows = [(i, data["groups"][n]) for i, n in enumerate(self.single)] + [(self.unknown, data["strangers"])]
        for group, texts in rows:
            for question, sentence in zip(texts["questions"], texts["sentences"]):
                self.variants.setdefault(sentence, []).append(question)
                self.group_of.setdefault(sentence, group)

    def deal(self, fold, rng):
        """The sentences of a fold's training by group: known ones and off-topic ones."""
        known, unknown = {}, []
        for sentence, group in self.group_of.items():
            if sentence % FOLDS == fold:
                continue
            if group == self.unknown:
                unknown.append(sentence)
            else:
                known.setdefault(group, []).append(sentence)
        groups = sorted(known)
        while True:
            rng.shuffle(groups)
            for group in groups:
                while rng.random() < OFF_TOPIC:
                    yield rng.choice(unknown), self.unknown
                yield rng.choice(known[group]), group

    def packed(self, questions, generator=None):
        """Questions as the rows of Words; a generator disturbs them."""
        longest = max(map(len, questions))
        tokens = torch.tensor([q + [0] * (longest - len(q)) for q in questions])
        mask = torch.tensor([[1.0] * len(q) + [0.0] * (longest - len(q)) for q in questions])
        lost = mask * 0.04 if generator is not None else mask * 0
        return *disturbed(self.tables, tokens, lost, generator), mask


def fall(optimizer, step, steps, peak):
    for group in optimizer.param_groups:
        group["lr"] = group.get("factor", 1.0) * peak * min(1, (step + 1) / 100, max(0.005, 1.4 * (1 - step / steps)))


def teach_words(material, teacher, fold, seed):
    """The fold's own sentences, and how likely each group is for them to a teacher of the others."""
    rng, generator = random.Random(seed), torch.Generator().manual_seed(seed)
    tables = [teacher.stem.weight, teacher.form.weight]
    others = [p for n, p in teacher.named_parameters() if not n.startswith(("stem", "form"))]
    optimizer = torch.optim.AdamW([{"params": others, "weight_decay": 0.05},
                                   {"params": tables, "weight_decay": 0, "factor": 3.0}], betas=(0.9, 0.98))
    deal = material.deal(fold, rng)
    for step in range(WORD_STEPS):
        drawn = sorted(((rng.choice(material.variants[s]), group) for s, group in (next(deal) for _ in range(WORD_SIZE))),
                       key=lambda row: len(row[0]))
        optimizer.zero_grad()
        for start in range(0, WORD_SIZE, WORD_SIZE // 4):
            part = drawn[start:start + WORD_SIZE // 4]
            logits = teacher(*material.packed([q for q, _ in part], generator), generator)
            (F.cross_entropy(logits, torch.tensor([group for _, group in part])) / 4).backward()
        fall(optimizer, step, WORD_STEPS, WORD_RATE)
        optimizer.step()
        if step % 500 == 0:
            print(f"words, fold {fold}, step {step}", flush=True)
    own = sorted(s for s in material.group_of if s % FOLDS == fold)
    with torch.no_grad():
        told = [teacher(*material.packed([material.variants[s][0] for s in own[at:at + 256]])).softmax(-1)
                for at in range(0, len(own), 256)]
    return own, torch.cat(told)


def teach_meaning(material, teacher, vectors, fold, seed):
    """The same from the vectors of whole sentences."""
    rng, generator = random.Random(seed), torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(teacher.parameters(), weight_decay=0.05)
    deal = material.deal(fold, rng)
    loud = SENTENCE ** 0.5
    for step in range(MEANING_STEPS):
        drawn = [next(deal) for _ in range(MEANING_SIZE)]
        x = vectors[[s for s, _ in drawn]] * loud
        logits = teacher(x + NOISE * torch.randn(x.shape, generator=generator), generator)
        loss = F.cross_entropy(logits, torch.tensor([group for _, group in drawn]))
        optimizer.zero_grad()
        loss.backward()
        fall(optimizer, step, MEANING_STEPS, MEANING_RATE)
        optimizer.step()
        if step % 500 == 0:
            print(f"meaning, fold {fold}, step {step}", flush=True)
    own = sorted(s for s in material.group_of if s % FOLDS == fold)
    with torch.no_grad():
        return own, teacher(vectors[own] * loud).softmax(-1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "vocab", "vectors", "sentences", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    with open(options.data) as file:
        data = json.load(file)
    tables = Tables(data, readable_tokens(Reader(options.vocab)), read_vectors(options.vectors))
    material, vectors = Material(data, tables), read_sentences(options.sentences)

    # Made one after the other, because they begin with numbers of the one global generator.
    teachers = [(Words(tables, len(material.single)), Meaning(len(material.single))) for _ in range(FOLDS)]

    def taught(fold):
        words, meaning = teachers[fold]
        own, by_words = teach_words(material, words, fold, options.seed + fold)
        _, by_meaning = teach_meaning(material, meaning, vectors, fold, options.seed + fold)
        return own, by_words, by_meaning

    groups, chances = torch.zeros(len(vectors), KEPT, dtype=torch.long), torch.zeros(len(vectors), KEPT)
    right = torch.zeros(3)
    with ThreadPoolExecutor(2) as pool:
        for own, *told in pool.map(taught, range(FOLDS)):
            both = (told[0] + told[1]) / 2
            labels = torch.tensor([material.group_of[s] for s in own])
            right += torch.stack([(t.argmax(-1) == labels).float().sum() for t in (*told, both)])
            best = both.topk(KEPT)
            chances[own] = best.values / best.values.sum(-1, keepdim=True)
            groups[own] = torch.tensor(material.single)[best.indices]
    shares = (100 * right / len(material.group_of)).tolist()
    print("of sentences not learned from, words tell {:.1f} %, meaning {:.1f} %, both {:.1f} %".format(*shares))
    torch.save({"groups": groups, "chances": chances}, options.out)


if __name__ == "__main__":
    main()
