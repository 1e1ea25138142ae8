import { afterEach, expect, it, vi } from 'vitest';
import { logFailure } from '../../main/logging.ts';

const secret = 'Dear diary';

function logged(error: unknown): string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  logFailure('test', error);
  return String(write.mock.calls[0]?.[0]);
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

afterEach(() => {
  vi.restoreAllMocks();
});

it('tells what failed and where', () => {
  const line = logged(new Error('The disk is full.'));
  expect(line).toMatch(/^\d{4}-\d\d-\d\dT\S+ test: Error: The disk is full\.\n/);
  expect(line).toContain('logging.test.ts');
});

it.each([
  ['JSON that cannot be read', (): unknown => JSON.parse(secret)],
  ['a value that Node refuses', () => Buffer.alloc(1).readUInt8(secret as unknown as number)],
])('leaves out what an error quotes of %s', (_name, act) => {
  const error = thrownBy(act);
  expect(String(error)).toContain(secret);
  expect(logged(error)).not.toContain(secret);
});
