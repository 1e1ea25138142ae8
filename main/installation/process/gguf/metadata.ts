/** A metadata value of a GGUF file, with the type under which it is stored. */
export type GgufValue =
  | { type: 'string'; value: string }
  | { type: 'uint32'; value: number }
  | { type: 'float32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'strings'; value: readonly string[] }
  | { type: 'int32s'; value: readonly number[] };

/** Keys and values in the order in which they are written. */
export type GgufMetadata = readonly (readonly [key: string, value: GgufValue])[];
