"""Write the trained guide as a GGUF and its parity fixture:
export.py --model MODEL.pt --vocab VOCAB.gguf --dialogue IDS.json --out guide.gguf --parity parity.json

The few thousand trained rows are scattered into the full vocabulary. A token never read in training gets the row of
its stem, or of the unknown, beside its word vector; a token never written gets a head row that only sees the constant
channel and loses.
"""
import argparse
import json

import torch

from gguf import Reader, extended, quantize, scalar, write
from model import CONSTANT, CONTEXT, EPSILON, HEADS, LAYERS, ROTARY, WIDTH, Guide
from tables import VOCABULARY

EMBEDDING_TYPE, HEAD_TYPE, LAYER_TYPE = "Q8_0", "Q5_0", "Q8_0"
CONTROL = 3
"""The kind of a token that is no text: what a topic is."""
NEVER = -40.0
"""The logit of a token that no answer of the training data holds."""
SHARPNESS = 2.0
"""Logits are told this much louder than trained: what is likeliest stays so, and sampling strays less from it."""
UNKNOWN, CAUTION = "off-topic", 1.5
"""The refusals, and how much louder than trained they are: a wrong answer is worse than none."""
TOP = 5


def full_tables(state, trained):
    """The embedding and head for the whole vocabulary."""
    embedding = (trained["vectors"] @ state["vector.weight"].T + state["stem.weight"][trained["stem_of"]]
                 + state["form.weight"][trained["form_of"]])
    head = torch.zeros(len(trained["stem_of"]), WIDTH)
    head[:, CONSTANT] = NEVER
    head[trained["outputs"]] = SHARPNESS * state["output.weight"]
    head[trained["outputs"], CONSTANT] = 0
    refusals = [VOCABULARY + n for n, name in enumerate(trained["topics"]) if name.split(":")[0] == UNKNOWN]
    head[refusals, CONSTANT] = SHARPNESS * CAUTION
    return embedding.numpy(), head.numpy()


def metadata(vocabulary, topics):
    """The GGUF's fields: the shape, and the tokenizer copied from the vocabulary, with the topics behind its tokens."""
    fields = {
        "general.architecture": "gptneox",
        "general.name": "OASST Desktop guide",
        "general.description": "Answers questions about OASST Desktop and a little more. Trained from scratch.",
        "general.license": "apache-2.0",
        "gptneox.context_length": CONTEXT,
        "gptneox.embedding_length": WIDTH,
        "gptneox.block_count": LAYERS,
        "gptneox.feed_forward_length": 4 * WIDTH,
        "gptneox.rope.dimension_count": ROTARY,
        "gptneox.attention.head_count": HEADS,
        "gptneox.attention.layer_norm_epsilon": EPSILON,
        "gptneox.use_parallel_residual": True,
    }
    packed = {key: scalar(value) for key, value in fields.items()}
    packed.update({key: field for key, field in vocabulary.fields.items() if key.startswith("tokenizer.")})
    packed["tokenizer.ggml.pre"] = scalar("olmo")
    for key, values in (("tokens", [f"<|topic:{name}|>" for name in topics]), ("token_type", [CONTROL] * len(topics))):
        packed[f"tokenizer.ggml.{key}"] = extended(packed[f"tokenizer.ggml.{key}"], VOCABULARY, values)
    return packed


def tensors(state, trained):
    """All tensors as (name, shape, type, bytes), and the float32 values that the bytes stand for."""
    embedding, head = full_tables(state, trained)
    keep = state["keep"].numpy()
    named = [("token_embd.weight", embedding, EMBEDDING_TYPE)]
    for name, weight in state.items():
        if name.startswith("layers."):
            kind = LAYER_TYPE if weight.dim() == 2 else "F32"
            named.append((f"blk.{name[len('layers.'):]}", weight.numpy(), kind))
    bias = state["output_norm.bias"].numpy() * keep
    bias[CONSTANT] = 1
    named += [("output_norm.weight", state["output_norm.weight"].numpy() * keep, "F32"),
              ("output_norm.bias", bias, "F32"), ("output.weight", head, HEAD_TYPE)]
    out, values = [], {}
    for name, array, kind in named:
        data, values[name] = quantize(kind, array)
        out.append((name, array.shape, kind, data))
    return out, values


def rounded(x):
    """What Q8_0 makes of activations."""
    return torch.from_numpy(quantize("Q8_0", x.numpy())[1])


def next_token_probabilities(state, values, ids):
    """
    PyTorch's probabilities after each position of a dialogue, in float32, with the exported weights.

    What goes into a matrix is rounded to Q8_0 first, because ggml multiplies quantized rows by a quantized vector.
    """
    model = Guide(len(state["stem.weight"]) - 1, len(state["form.weight"]) - 1, len(state["output.weight"]))
    exported = {f"layers.{n[4:]}": torch.from_numpy(v) for n, v in values.items() if n.startswith("blk.")}
    model.load_state_dict({**state, **exported})
    for module in model.layers.modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_pre_hook(lambda _, inputs: (rounded(inputs[0]),))
    with torch.no_grad():
        embedded = torch.from_numpy(values["token_embd.weight"][ids])[None]
        hidden = model.hidden(embedded)[0]
        hidden[:, CONSTANT] = 1
        return (rounded(hidden) @ torch.from_numpy(values["output.weight"]).T).softmax(-1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("model", "vocab", "dialogue", "out", "parity"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    trained = torch.load(options.model)
    state = trained["state"]
    packed, values = tensors(state, trained)
    write(options.out, metadata(Reader(options.vocab), trained["topics"]), packed)
    with open(options.dialogue) as file:
        ids = json.load(file)
    top = next_token_probabilities(state, values, ids).topk(TOP, -1)
    rows = [{"token": token, "next": [[int(i), round(float(p), 6)] for i, p in zip(indices, chances)]}
            for token, indices, chances in zip(ids, top.indices, top.values)]
    with open(options.parity, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")
    size = sum(len(data) for _, _, _, data in packed)
    print(f"{options.out}: {size / 1e6:.1f} MB of tensors; {options.parity}: {len(rows)} positions")


if __name__ == "__main__":
    main()
