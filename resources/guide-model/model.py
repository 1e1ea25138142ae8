"""The guide: a small GPT-NeoX (parallel residual, rotary 25 %) whose embedding shares what it learns between tokens."""
import torch
from torch import nn
from torch.nn import functional as F

WIDTH, LAYERS, HEADS, CONTEXT = 192, 4, 6, 2048
VECTOR = 100
"""Numbers in a word vector."""
HEAD_WIDTH = WIDTH // HEADS
ROTARY = HEAD_WIDTH // 4
EPSILON = 1e-5
CONSTANT = 0
"""The channel that the final norm makes 1 for every token: head rows of unused tokens hold one number there."""


def rotary_tables(length):
    """Cosines and sines for NeoX rotary embedding, (length, ROTARY)."""
    frequency = 10000.0 ** (-torch.arange(0, ROTARY, 2, dtype=torch.float32) / ROTARY)
    angle = torch.arange(length, dtype=torch.float32)[:, None] * frequency
    angle = torch.cat([angle, angle], -1)
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    """Rotate the first ROTARY dimensions of (..., length, HEAD_WIDTH) by halves, as NeoX does."""
    head, rest = x[..., :ROTARY], x[..., ROTARY:]
    half = ROTARY // 2
    turned = torch.cat([-head[..., half:], head[..., :half]], -1)
    return torch.cat([head * cos + turned * sin, rest], -1)


class Drop(nn.Module):
    """Dropout of whole channels, the same at every position of a sequence: as good as the usual one here, and cheap."""

    def __init__(self, share):
        super().__init__()
        self.share = share

    def forward(self, x, generator):
        if generator is None:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2], generator=generator) >= self.share
        return x * (kept / (1 - self.share))


class Layer(nn.Module):
    """One block; `qkv` holds Q, K and V one after the other, as llama.cpp wants them."""

    def __init__(self, dropout):
        super().__init__()
        self.attn_norm = nn.LayerNorm(WIDTH, EPSILON)
        self.attn_qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.attn_output = nn.Linear(WIDTH, WIDTH)
        self.ffn_norm = nn.LayerNorm(WIDTH, EPSILON)
        self.ffn_up = nn.Linear(WIDTH, 4 * WIDTH)
        self.ffn_down = nn.Linear(4 * WIDTH, WIDTH)
        self.dropout = Drop(dropout)

    def forward(self, x, cos, sin, mask, generator):
        batch, length, _ = x.shape
        q, k, v = self.attn_qkv(self.attn_norm(x)).view(batch, length, 3, HEADS, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
        scores = rotate(q, cos, sin) @ rotate(k, cos, sin).transpose(-1, -2) / HEAD_WIDTH**0.5
        mixed = (scores + mask).softmax(-1) @ v
        attention = self.attn_output(mixed.transpose(1, 2).reshape(batch, length, WIDTH))
        hidden = F.gelu(self.ffn_up(self.ffn_norm(x)).float(), approximate="tanh")
        return x + self.dropout(attention + self.ffn_down(hidden), generator)


class Guide(nn.Module):
    """
    Trained on the tokens that occur: `outputs` of them can be written.

    A token's embedding is the sum of three: its word vector, which is given, through a learned projection; a row for its
    stem, shared by " Memes", "meme" and "Meme"; and a row for its form. The last row of each table stands for
    everything never seen.
    """

    def __init__(self, stems, forms, outputs, dropout=0.0):
        super().__init__()
        self.vector = nn.Linear(VECTOR, WIDTH, bias=False)
        self.stem = nn.Embedding(stems + 1, WIDTH)
        self.form = nn.Embedding(forms + 1, WIDTH)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.output_norm = nn.LayerNorm(WIDTH, EPSILON)
        self.output = nn.Linear(WIDTH, outputs, bias=False)
        self.dropout = Drop(dropout)
        nn.init.normal_(self.vector.weight, std=0.2)
        for table in (self.stem, self.form):
            nn.init.normal_(table.weight, std=0.1)
        for layer in self.layers:
            # Queries and keys begin small, so that every token first looks at all before it alike.
            nn.init.normal_(layer.attn_qkv.weight[:2 * WIDTH], std=0.03)
            nn.init.normal_(layer.attn_qkv.weight[2 * WIDTH:], std=0.06)
            nn.init.normal_(layer.attn_output.weight, std=0.05)
            nn.init.normal_(layer.ffn_up.weight, std=0.06)
            nn.init.normal_(layer.ffn_down.weight, std=0.02)
        nn.init.normal_(self.output.weight, std=0.02)
        keep = torch.ones(WIDTH)
        keep[CONSTANT] = 0
        self.register_buffer("keep", keep)

    def embed(self, vectors, stems, forms):
        return self.vector(vectors) + self.stem(stems) + self.form(forms)

    def hidden(self, embedded, generator=None):
        """
        The final norm's output for embedded tokens (batch, length, WIDTH); the constant channel reads 0 here. Training
        hands a generator over, for what is dropped.
        """
        length = embedded.shape[1]
        cos, sin = rotary_tables(length)
        mask = torch.full((length, length), float("-inf")).triu(1)
        x = self.dropout(embedded, generator)
        for layer in self.layers:
            x = layer(x, cos, sin, mask, generator)
        return self.output_norm(x) * self.keep
