"""Which topic an answer would begin with: held-out questions as a quick measure of training."""
from collections import defaultdict

import torch

from tables import ASSISTANT, END, PROMPTER, VOCABULARY


class Told:
    """Held-out questions with the group that is right for each and the one that the model tells."""

    def __init__(self, rows, off_topic):
        self.rows = rows
        self.off_topic = off_topic

    def summary(self):
        def share(rows):
            return f"{100 * sum(right == told for _, right, told in rows) / max(1, len(rows)):.1f} % of {len(rows)}"

        known = [row for row in self.rows if row[1] != self.off_topic]
        return f"intents {share(known)}, off-topic {share([row for row in self.rows if row[1] == self.off_topic])}"


def tell(model, tables, data):
    """Ask every held-out question that needs no turn before it."""
    numbers = [n for n, g in enumerate(data["groups"]) if g["parent"] is None]
    topics = tables.output_of[torch.tensor([VOCABULARY + data["groups"][n]["topics"][0] for n in numbers])]
    off_topic = next(n for n in numbers if data["groups"][n]["id"] == data["offTopic"])
    asked = sorted(((q, n) for n in numbers for q in data["groups"][n]["heldOut"]), key=lambda row: len(row[0]["ids"]))
    rows = []
    with torch.no_grad():
        for start in range(0, len(asked), 128):
            part = asked[start:start + 128]
            prompts = [[PROMPTER, *q["ids"], END, ASSISTANT] for q, _ in part]
            longest = max(map(len, prompts))
            tokens = torch.tensor([p + [END] * (longest - len(p)) for p in prompts])
            embedded = model.embed(tables.vectors[tokens], tables.stem_of[tokens], tables.form_of[tokens])
            ends = torch.tensor([len(p) - 1 for p in prompts])
            logits = model.output(model.hidden(embedded)[torch.arange(len(part)), ends])
            best = torch.tensor(numbers)[logits[:, topics].argmax(-1)]
            rows += [(q["text"], n, int(told)) for (q, n), told in zip(part, best)]
    return Told(rows, off_topic)


def report_confusions(told, data, path):
    """Write the pairs of groups that held-out questions confuse, worst first, with the questions."""
    pairs = defaultdict(list)
    for text, right, found in told.rows:
        if right != found:
            pairs[(right, found)].append(text)

    def both(pair):
        return len(pairs[pair]) + len(pairs.get(pair[::-1], []))

    lines = ["# Questions that are told wrong", "", told.summary() + "; right → told.", ""]
    for pair in sorted(pairs, key=lambda pair: (-both(pair), sorted(pair), -len(pairs[pair]))):
        right, found = (data["groups"][n]["id"] for n in pair)
        lines += [f"- **{right}** → {found}: " + "; ".join(f'"{text}"' for text in pairs[pair])]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
