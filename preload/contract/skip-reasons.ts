/**
 * Why something in a file did not become a message, as it is told after the number of them. Without zod, so that the
 * windows may say the same as the terminal.
 */
export const skipReasons = {
  'not-json': 'no JSON',
  'unknown-form': 'of an unknown form',
  'too-large': 'too large',
  'too-deep': 'nested too deeply',
  'cut-off': 'cut off at the end of the file',
  'no-text': 'without text',
  'unknown-role': 'by somebody who neither asks nor answers',
  'not-text': 'that are no text of the conversation, such as pictures, tool calls and reasoning',
  'no-question': 'answers whose question is not in the file',
  'out-of-turn': 'not in turn: a question after a question, or an answer after an answer',
  repeated: 'there twice',
  'no-beginning': 'in a ring without beginning',
} as const;

export type SkipReason = keyof typeof skipReasons;
