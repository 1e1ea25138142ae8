import { describe, expect, it, vi } from 'vitest';
import { backUpBeforeNewVersion } from '../../../main/services/new-version.ts';
import { settingsSchema, type Settings } from '../../../preload/contract/settings.ts';

const startedAt = Date.UTC(2026, 10, 23, 12, 0, 0, 700);

function open(lastVersion: string | null, backups: { reason: string; createdAt: number }[] = []) {
  const settings = {
    value: { ...settingsSchema.parse({}), lastVersion },
    get: (): Settings => settings.value,
    change: async (patch: object): Promise<Settings> => (settings.value = { ...settings.value, ...patch }),
  };
  const create = vi.fn(async (_reason: 'migration') => undefined);
  const run = (version: string): Promise<void> =>
    backUpBeforeNewVersion({ version, settings, startedAt, backups: { create, list: async () => ({ backups }) } });
  return { settings, create, run };
}

describe('the first start of another version', () => {
  it.each(['0.2.0', '0.0.9'])('keeps what the one before left: %s', async (version) => {
    const { create, run, settings } = open('0.1.0');
    await run(version);
    expect(create.mock.calls).toEqual([['migration']]);
    expect(settings.get().lastVersion).toBe(version);
    await run(version);
    expect(create).toHaveBeenCalledTimes(1);
  });

  it('keeps nothing where no version ran before', async () => {
    const { create, run, settings } = open(null);
    await run('0.1.0');
    expect(create).not.toHaveBeenCalled();
    expect(settings.get().lastVersion).toBe('0.1.0');
  });

  it('keeps nothing twice where this start made a copy because the schema changed', async () => {
    // The name of a backup tells the second only.
    const made = { reason: 'migration', createdAt: Date.UTC(2026, 10, 23, 12, 0, 0) };
    const { create, run, settings } = open('0.1.0', [made]);
    await run('0.2.0');
    expect(create).not.toHaveBeenCalled();
    expect(settings.get().lastVersion).toBe('0.2.0');
  });

  it('keeps a copy where others are older or have other reasons', async () => {
    const { create, run } = open('0.1.0', [
      { reason: 'migration', createdAt: startedAt - 5000 },
      { reason: 'schedule', createdAt: startedAt + 5000 },
    ]);
    await run('0.2.0');
    expect(create).toHaveBeenCalledTimes(1);
  });

  it('is tried again at the next start when the copy could not be made', async () => {
    const { create, run, settings } = open('0.1.0');
    create.mockRejectedValueOnce(new Error('disk full'));
    await expect(run('0.2.0')).rejects.toThrow('disk full');
    expect(settings.get().lastVersion).toBe('0.1.0');
    await run('0.2.0');
    expect(settings.get().lastVersion).toBe('0.2.0');
  });
});
