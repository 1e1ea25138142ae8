"""Train the guide from scratch:
train.py --data IDS.json --vocab VOCAB.gguf --vectors TOKENS.f32 --sentences VECTORS.f32 --taught TAUGHT.pt --out MODEL.pt
[--start MODEL.pt] [--steps N] [--seed N] [--confusions FILE.md]

An answer begins with its topic, a token that no text shows: so the guide decides once what it was asked, and then writes
that answer. Most steps are about questions alone, since telling them apart is what takes long to learn and what carries
over to new ones: the topic is learned from the label and from what two teachers say, and where the question ends, a head
that only training has must say the vector of the whole sentence. The other steps are about conversations, their answers
learned in turn on plain logits and on logits under the repetition penalty that the app's presets use, so that the model
stays sure of itself when it must repeat words. Runs on two threads and gives the same model for the same seed.
"""
import argparse
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor

import torch
from torch.nn import functional as F

from conversations import Conversations, Talk, asked
from gguf import Reader
from model import WIDTH, Guide
from tables import IGNORE, VOCABULARY, Tables, read_vectors, readable_tokens
from teaching import SENTENCE, read_sentences
from telling import report_confusions, tell

THREADS = 2
"""A step is learned from in parts, so many at the same time."""
PENALTY = 1.2
LABELLED = 0.6
"""How much of a topic's target is the label; the rest is what the teachers say."""
MEANING = 2.0
"""How much it counts that the sentence's vector is said."""
TABLE_FACTOR = 3.0
ASKED, PARTS = 256, 4
"""Questions of a step that is about questions alone, and its parts."""
SHAPES = ((160, 20), (384, 8), (1024, 3))
"""Conversations of this many tokens, and how many of them in a step."""
STAGES = ((0.5, (80, 14, 5, 1)), (1.0, (66, 20, 11, 3)))
"""Up to this part of the steps, questions alone and each shape are drawn with these weights."""
REFINING = (10, 56, 28, 6)
"""The weights while a trained model is refined: answers are learned to their ends, in conversations."""


class Lessons:
    """What training has beside the questions: the teachers' opinion and the vector of each sentence."""

    def __init__(self, data, tables, taught, sentences):
        topic_of = torch.tensor([VOCABULARY + g["topics"][0] for g in data["groups"]])
        self.topics = tables.output_of[topic_of][taught["groups"]]
        self.chances = taught["chances"]
        self.vectors = sentences


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
    return peak * min(1.0, (step + 1) / 200, max(0.005, (steps - step) / (0.7 * steps)))


def optimizer_for(model, teller):
    """The rows of the tables, each of which is rarely read, learn faster; the matrices decay a little."""
    tables, decayed, others = [model.stem.weight, model.form.weight], [*teller.parameters()], []
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2 and name.startswith(("layers", "vector")):
            decayed.append(parameter)
        elif not name.startswith(("stem", "form")):
            others.append(parameter)
    groups = [{"params": decayed, "weight_decay": 0.05, "factor": 1.0},
              {"params": others, "weight_decay": 0.0, "factor": 1.0},
              {"params": tables, "weight_decay": 0.0, "factor": TABLE_FACTOR}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), foreach=True)


def asking_loss(model, teller, lessons, batch, dropping):
    """How far the topics of questions are from their targets, and how far off the sentences' vectors are."""
    hidden = model.hidden(model.embed(batch.vectors, batch.stems, batch.forms), dropping)
    ending = hidden[torch.arange(len(batch.ends)), batch.ends]
    chances = model.output(ending).float().log_softmax(-1)
    labelled = chances.gather(1, batch.topics[:, None])[:, 0]
    taught = (chances.gather(1, lessons.topics[batch.sentences]) * lessons.chances[batch.sentences]).sum(-1)
    deciding = -(LABELLED * labelled + (1 - LABELLED) * taught).mean()
    meaning = 1 - F.cosine_similarity(teller(ending).float(), lessons.vectors[batch.sentences]).mean()
    return deciding + MEANING * meaning, deciding


def talking_loss(model, batch, outputs, is_penalized, dropping):
    """How wrong the answers' next tokens are, and how wrong the topics that they begin with."""
    hidden = model.hidden(model.embed(batch.vectors, batch.stems, batch.forms), dropping)
    rows, positions = (batch.targets != IGNORE).nonzero(as_tuple=True)
    logits = model.output(hidden[rows, positions])
    if is_penalized:
        logits = penalized(logits, rows, positions, batch.written, outputs)
    wrong = F.cross_entropy(logits, batch.targets[rows, positions], reduction="none")
    is_topic = batch.is_topic[rows, positions]
    writing = wrong[~is_topic].mean()
    return writing + wrong[is_topic].mean(), writing


def gradients(parameters, loss_of, *arguments):
    """The gradients of the loss of one part, and the part of the loss that is worth telling."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss, told = loss_of(*arguments)
    return torch.autograd.grad(loss, parameters, allow_unused=True), told.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "vocab", "vectors", "sentences", "taught", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--start", help="a trained model, to be refined")
    parser.add_argument("--confusions")
    parser.add_argument("--steps", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    generator, *dropping = (torch.Generator().manual_seed(options.seed + n) for n in range(1 + PARTS))
    with open(options.data) as file:
        data = json.load(file)
    tables = Tables(data, readable_tokens(Reader(options.vocab)), read_vectors(options.vectors))
    lessons = Lessons(data, tables, torch.load(options.taught), read_sentences(options.sentences))
    shapes, conversations = random.Random(options.seed + 1), Conversations(data, random.Random(options.seed))
    outputs = len(tables.outputs)
    model = Guide(tables.unknown_stem, tables.unknown_form, outputs, options.dropout)
    teller = torch.nn.Linear(WIDTH, SENTENCE)
    if options.start is not None:
        start = torch.load(options.start)
        model.load_state_dict(start["state"])
        teller.load_state_dict(start["teller"])
    optimizer = optimizer_for(model, teller)
    parameters = [*model.parameters(), *teller.parameters()]
    pool = ThreadPoolExecutor(THREADS)
    print(f"{len(tables.forms)} tokens read, {outputs} written, {len(tables.topics)} of them topics", flush=True)
    started, shown = time.time(), {}
    for step in range(options.steps):
        stage = next(weights for until, weights in STAGES if step < until * options.steps)
        shape = shapes.choices((None, *SHAPES), stage if options.start is None else REFINING)[0]
        if shape is None:
            batches = asked(conversations, tables, ASKED, PARTS, generator)
            # Long questions take longest, so they come first.
            parts = [pool.submit(gradients, parameters, asking_loss, model, teller, lessons, batch, drop)
                     for batch, drop in zip(reversed(batches), dropping)]
        else:
            length, size = shape
            batches = [Talk(conversations, tables, length, -(-size // THREADS), generator) for _ in range(THREADS)]
            parts = [pool.submit(gradients, parameters, talking_loss, model, batch, outputs, step % 2 == 1, drop)
                     for batch, drop in zip(batches, dropping)]
        found, told = zip(*(part.result() for part in parts))
        for parameter, *shares in zip(parameters, *found):
            parameter.grad = None if shares[0] is None else sum(shares) / len(shares)
        shown["topics" if shape is None else "answers"] = sum(told) / len(told)
        for group in optimizer.param_groups:
            group["lr"] = group["factor"] * rate(step, options.steps, options.rate)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0 or step == options.steps - 1:
            losses = " ".join(f"{name} {loss:.4f}" for name, loss in sorted(shown.items()))
            print(f"step {step} {losses} {time.time() - started:.0f} s", flush=True)
        if (step + 1) % 500 == 0 or step == options.steps - 1:
            print(f"held out: {tell(model, tables, data).summary()}", flush=True)
            torch.save({"state": model.state_dict(), "teller": teller.state_dict(), "topics": data["topics"],
                        "outputs": tables.outputs, "stem_of": tables.stem_of, "form_of": tables.form_of,
                        "vectors": tables.vectors}, options.out)
    if options.confusions:
        report_confusions(tell(model, tables, data), data, options.confusions)


if __name__ == "__main__":
    main()
