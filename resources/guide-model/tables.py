"""What is known of tokens before training: which are read and written, what they have in common, their word vectors."""
import re

import numpy as np
import torch

from model import VECTOR

END, PROMPTER, ASSISTANT = 0, 50278, 50281
VOCABULARY = 50288
"""How many tokens Open-Assistant's vocabulary has. Behind them come the topics."""
IGNORE = -1
COMMON_DIRECTIONS = 2
"""What all word vectors have in common says nothing of a word; the mean and this many directions are taken out."""
NEIGHBOURS = 8
NEAR = 0.55


def readable_tokens(vocabulary):
    """Each token's text, with GPT-2's stand-in for a space turned back."""
    return [token.replace("Ġ", " ").replace("Ċ", "\n") for token in vocabulary.strings("tokenizer.ggml.tokens")]


def stem(token):
    """What " Deleting", "delete" and "Deleted" have in common."""
    word = token.strip().lower()
    if len(word) > 3 and word.isalpha():
        word = re.sub(r"(ing|ed|es|s|e)$", "", word) if len(word) > 5 else re.sub(r"(es|s|e)$", "", word)
    return word or token


def read_vectors(path):
    """The word vectors of all tokens, (tokens, VECTOR), of length 1; zeros for tokens that belong to no word."""
    raw = np.fromfile(path, np.float32).reshape(-1, VECTOR)
    known = np.abs(raw).sum(1) > 0
    centred = raw[known] - raw[known].mean(0)
    _, _, directions = np.linalg.svd(centred[:20000].astype(np.float64), full_matrices=False)
    common = directions[:COMMON_DIRECTIONS].astype(np.float32)
    centred -= centred @ common.T @ common
    raw[known] = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return torch.from_numpy(raw)


class Tables:
    """Which tokens the model reads and writes, and their rows: built from the training data."""

    def __init__(self, data, tokens, vectors):
        groups = data["groups"]
        # A vocabulary that comes from an earlier guide holds the topics of that one.
        tokens = tokens[:VOCABULARY] + [f"<|topic:{name}|>" for name in data["topics"]]
        self.topics = torch.arange(VOCABULARY, len(tokens))
        vectors = torch.cat([vectors[:VOCABULARY], torch.zeros(len(self.topics), VECTOR)])
        written = {t for g in groups for answer in g["answers"] for t in answer} | {END} | set(self.topics.tolist())
        read = {t for g in groups for question in g["questions"] for t in question} | written | {PROMPTER, ASSISTANT}
        stems = sorted({stem(tokens[t]) for t in read})
        stem_rows = {s: row for row, s in enumerate(stems)}
        self.vectors = vectors
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
        self.neighbours = self._neighbours(tokens)

    def _neighbours(self, tokens):
        """
        For each token, NEIGHBOURS words that mean about the same and that training does not hold (those that it holds
        have a sense of their own: "import" is near "export"); itself where there are none so near.
        """
        words = torch.tensor([t for t, string in enumerate(tokens) if re.fullmatch(r" [a-z]{3,}", string)])
        is_read = torch.isin(words, torch.tensor(self.forms))
        read, unread = words[is_read], words[~is_read]
        near, index = (self.vectors[read] @ self.vectors[unread].T).topk(NEIGHBOURS)
        neighbours = torch.arange(len(tokens))[:, None].repeat(1, NEIGHBOURS)
        neighbours[read] = torch.where(near > NEAR, unread[index], read[:, None])
        return neighbours
