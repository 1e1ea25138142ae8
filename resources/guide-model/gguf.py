"""Read and write GGUF files, with ggml's reference quantizers for Q4_0, Q5_0 and Q8_0 in numpy."""
import struct

import numpy as np

U32, I32, F32, BOOL, STRING, ARRAY, U64 = 4, 5, 6, 7, 8, 9, 10
SCALAR_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
TYPE_IDS = {"F32": 0, "F16": 1, "Q4_0": 2, "Q5_0": 6, "Q8_0": 8}
ALIGNMENT = 32
BLOCK = 32


class Reader:
    """A GGUF file's metadata: each key's type and raw payload, tensors left alone."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        magic, _, _, count = struct.unpack_from("<IIQQ", self.data, 0)
        if magic != 0x46554747:
            raise ValueError(f"{path} is no GGUF file")
        self.at = 24
        self.fields = {}
        for _ in range(count):
            key = self._string()
            kind = self._u32()
            start = self.at
            self._skip(kind)
            self.fields[key] = (kind, self.data[start:self.at])

    def _u32(self):
        self.at += 4
        return struct.unpack_from("<I", self.data, self.at - 4)[0]

    def _string(self):
        length = struct.unpack_from("<Q", self.data, self.at)[0]
        self.at += 8 + length
        return self.data[self.at - length:self.at].decode()

    def _skip(self, kind):
        if kind == STRING:
            self._string()
        elif kind == ARRAY:
            inner = self._u32()
            count = struct.unpack_from("<Q", self.data, self.at)[0]
            self.at += 8
            for _ in range(count):
                self._skip(inner)
        else:
            self.at += SCALAR_SIZES[kind]

    def strings(self, key):
        """The value of a field that is an array of strings."""
        payload = self.fields[key][1]
        count = struct.unpack_from("<Q", payload, 4)[0]
        at, out = 12, []
        for _ in range(count):
            length = struct.unpack_from("<Q", payload, at)[0]
            out.append(payload[at + 8:at + 8 + length].decode())
            at += 8 + length
        return out


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def extended(field, count, values):
    """An array field, strings or 32-bit integers, cut after `count` values and with others behind them."""
    kind, payload = field
    inner, length = struct.unpack_from("<IQ", payload)
    at = 12
    if inner == STRING:
        for _ in range(min(count, length)):
            at += 8 + struct.unpack_from("<Q", payload, at)[0]
        more = b"".join(text(value) for value in values)
    else:
        at += 4 * min(count, length)
        more = struct.pack(f"<{len(values)}i", *values)
    return kind, struct.pack("<IQ", inner, min(count, length) + len(values)) + payload[12:at] + more


def scalar(value):
    """A metadata value's type id and payload, from a Python value."""
    if isinstance(value, bool):
        return BOOL, struct.pack("<?", value)
    if isinstance(value, int):
        return U32, struct.pack("<I", value)
    if isinstance(value, float):
        return F32, struct.pack("<f", value)
    return STRING, text(value)


def _half(scale):
    return scale.astype(np.float16)


def _inverse(scale):
    return np.divide(1, scale, out=np.zeros_like(scale), where=scale != 0)


def _signed_peak(blocks):
    """Each block's value of the largest magnitude, with its sign."""
    return np.take_along_axis(blocks, np.abs(blocks).argmax(1)[:, None], 1)


def quantize(kind, array):
    """The bytes of a tensor in a ggml type, and the float32 values that they stand for."""
    array = np.ascontiguousarray(array, np.float32)
    if kind == "F32":
        return array.tobytes(), array
    if kind == "F16":
        half = array.astype(np.float16)
        return half.tobytes(), half.astype(np.float32)
    blocks = array.reshape(-1, BLOCK)
    if kind == "Q8_0":
        scale = np.abs(blocks).max(1, keepdims=True) / np.float32(127)
        scaled = blocks * _inverse(scale)
        codes = (np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int8)
        raw = np.concatenate([_half(scale).view(np.uint8), codes.view(np.uint8)], 1)
        return raw.tobytes(), (codes * _half(scale).astype(np.float32)).reshape(array.shape)
    middle = 8 if kind == "Q4_0" else 16
    scale = _signed_peak(blocks) / np.float32(-middle)
    codes = np.minimum(2 * middle - 1, (blocks * _inverse(scale) + np.float32(middle + 0.5)).astype(np.int8))
    codes = codes.astype(np.uint8)
    low = (codes[:, :16] & 15) | ((codes[:, 16:] & 15) << 4)
    parts = [_half(scale).view(np.uint8), low]
    if kind == "Q5_0":
        high = ((codes >> 4).astype(np.uint32) << np.arange(BLOCK, dtype=np.uint32)).sum(1, dtype=np.uint32)
        parts.insert(1, high[:, None].view(np.uint8))
    values = (codes.astype(np.float32) - middle) * _half(scale).astype(np.float32)
    return np.concatenate(parts, 1).tobytes(), values.reshape(array.shape)


def write(path, fields, tensors):
    """Write a GGUF file: fields is key -> (type, payload), tensors a list of (name, shape, type name, bytes)."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IIQQ", 0x46554747, 3, len(tensors), len(fields)))
        for key, (kind, payload) in fields.items():
            file.write(text(key) + struct.pack("<I", kind) + payload)
        offset = 0
        for name, shape, kind, data in tensors:
            dims = shape[::-1]
            file.write(text(name) + struct.pack(f"<I{len(dims)}Q", len(dims), *dims))
            file.write(struct.pack("<IQ", TYPE_IDS[kind], offset))
            offset += -(-len(data) // ALIGNMENT) * ALIGNMENT
        file.write(b"\0" * (-file.tell() % ALIGNMENT))
        for _, _, _, data in tensors:
            file.write(data)
            file.write(b"\0" * (-len(data) % ALIGNMENT))
