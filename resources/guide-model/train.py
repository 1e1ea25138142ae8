"""Train the guide from scratch:
train.py --data IDS.json --vocab VOCAB.gguf --vectors TOKENS.f32 --out MODEL.pt [--steps N] [--seed N] [--confusions FILE.md]

Every sequence is a conversation of random intents, their follow-ups and off-topic questions. The loss is taken on
answers only, in turn on plain logits and on logits under the repetition penalty that the app's presets use, so that the
model stays sure of itself when it must repeat words. Most sequences end soon after a question: telling questions apart
takes longer to learn than the answers. Runs on two threads and gives the same model for the same seed.
"""
import argparse
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor

import torch
from torch.nn import functional as F

from conversations import Batch, Conversations
from gguf import Reader
from model import WIDTH, Guide
from tables import IGNORE, Tables, read_vectors, readable_tokens
from telling import report_confusions, tell

HALVES = 2
"""Every step's conversations are learned from in two halves, a thread each; so two cores are busy all the time."""
PENALTY = 1.2
TELLING = 1.0
"""How much it counts that the group of a question can be told where the question ends; only training has that head."""
TABLE_FACTOR = 3.0
SHAPES = ((22, 136), (128, 24), (384, 8), (1024, 3))
"""The batches: sequences of this many tokens, and how many of them."""
DECIDED, DECIDING = 4, 4.0
"""So many tokens at the beginning of an answer count so much while a model is refined."""
REFINING = (18, 57, 23, 2)
"""The weights of the shapes while a model is refined: answers are learned to their ends."""
STAGES = ((0.45, (85, 15, 0, 0)), (0.8, (62, 28, 9, 1)), (1.0, (46, 34, 18, 2)))
"""Up to this part of the steps, each shape is drawn with this weight: short questions first, conversations later."""


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


def beginning(ends):
    """Where the first tokens of an answer are told: those that decide which one it will be."""
    out = ends.clone()
    for later in range(1, DECIDED):
        out[:, later:] |= ends[:, :-later]
    return out


def losses(model, teller, batch, outputs, is_penalized, is_refining, dropping):
    """
    How wrong the answers' next tokens are, and how wrong the questions' groups. A model that is refined has lost its head
    for those; a new one only learns to tell how it fares.
    """
    hidden = model.hidden(model.embed(batch.vectors, batch.stems, batch.forms), dropping)
    rows, positions = (batch.targets != IGNORE).nonzero(as_tuple=True)
    logits = model.output(hidden[rows, positions])
    if is_penalized:
        logits = penalized(logits, rows, positions, batch.written, outputs)
    answering = F.cross_entropy(logits, batch.targets[rows, positions], reduction="none")
    ends = batch.groups != IGNORE
    if is_refining:
        answering = answering * torch.where(beginning(ends)[rows, positions], DECIDING, 1.0)
    answering = answering.mean()
    ending = hidden[ends].detach() if is_refining else hidden[ends]
    return answering, F.cross_entropy(teller(ending), batch.groups[ends])


def gradients(parameters, *arguments):
    """The gradients of the loss of one half, and its two parts as numbers."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        answering, telling = losses(*arguments)
    found = torch.autograd.grad(answering + TELLING * telling, parameters)
    return found, answering.item(), telling.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "vocab", "vectors", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--start", help="a trained model, to be refined")
    parser.add_argument("--confusions")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    options = parser.parse_args()
    is_refining = options.start is not None
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    generator, *dropping = (torch.Generator().manual_seed(options.seed + n) for n in range(1 + HALVES))
    with open(options.data) as file:
        data = json.load(file)
    tables = Tables(data["groups"], readable_tokens(Reader(options.vocab)), read_vectors(options.vectors))
    shapes, conversations = random.Random(options.seed + 1), Conversations(data, random.Random(options.seed), is_refining)
    model = Guide(tables.unknown_stem, tables.unknown_form, len(tables.outputs), options.dropout)
    if is_refining:
        model.load_state_dict(torch.load(options.start)["state"])
    teller = torch.nn.Linear(WIDTH, len(data["groups"]))
    optimizer = optimizer_for(model, teller)
    parameters = [*model.parameters(), *teller.parameters()]
    pool = ThreadPoolExecutor(HALVES)
    print(f"{len(tables.forms)} tokens read, {len(tables.outputs)} written", flush=True)
    started = time.time()
    for step in range(options.steps):
        stage = next(weights for until, weights in STAGES if step < until * options.steps)
        length, size = shapes.choices(SHAPES, REFINING if is_refining else stage)[0]
        batches = [Batch(conversations, tables, length, -(-size // HALVES), generator) for _ in range(HALVES)]
        how = (len(tables.outputs), step % 2 == 1, is_refining)
        halves = [pool.submit(gradients, parameters, model, teller, batch, *how, drop)
                  for batch, drop in zip(batches, dropping)]
        found, answering, telling = zip(*(half.result() for half in halves))
        for parameter, *parts in zip(parameters, *found):
            parameter.grad = sum(parts) / HALVES
        for group in optimizer.param_groups:
            group["lr"] = group["factor"] * rate(step, options.steps, options.rate)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0 or step == options.steps - 1:
            spent = time.time() - started
            means = f"answers {sum(answering) / HALVES:.4f} groups {sum(telling) / HALVES:.4f}"
            print(f"step {step} length {length} {means} {spent:.0f} s", flush=True)
        if (step + 1) % 500 == 0 or step == options.steps - 1:
            told = tell(model, teller, tables, data)
            print(f"held out: {told.summary()}", flush=True)
    torch.save({"state": model.state_dict(), "outputs": tables.outputs, "stem_of": tables.stem_of,
                "form_of": tables.form_of, "vectors": tables.vectors}, options.out)
    if options.confusions:
        report_confusions(tell(model, teller, tables, data), data, options.confusions)


if __name__ == "__main__":
    main()
