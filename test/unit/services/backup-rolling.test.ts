import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outdatedBackups } from '../../../main/services/backup-rolling.ts';
import { backupReasons, type BackupReason } from '../../../preload/contract/backups.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 10, 23, 12);

interface Dated {
  id: string;
  reason: BackupReason;
  createdAt: number;
}

function backup(daysAgo: number, reason: BackupReason = 'schedule'): Dated {
  return { id: `${String(daysAgo)}-${reason}`, reason, createdAt: now - daysAgo * dayMs };
}

function idsOf(backups: readonly Dated[]): string[] {
  return backups.map(({ id }) => id);
}

describe('rolling', () => {
  it('keeps three, one for each of seven days and one for each of four weeks', () => {
    const daily = Array.from({ length: 60 }, (_value, day) => backup(day));
    const gone = new Set(idsOf(outdatedBackups(daily, now)));
    const kept = daily.filter(({ id }) => !gone.has(id));
    // 23 November 2026 is a Monday: the last backups of the weeks before are those of Sundays.
    expect(kept.map(({ createdAt }) => (now - createdAt) / dayMs)).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 15]);
  });

  it('keeps the same after a long time without the app', () => {
    const old = Array.from({ length: 9 }, (_value, day) => backup(400 + day));
    const gone = outdatedBackups(old, now);
    expect(outdatedBackups(old, now - 300 * dayMs)).toEqual(gone);
    expect(gone).toHaveLength(1);
  });

  it('never removes what the owner made, and what was made before a change for thirty days', () => {
    const many = Array.from({ length: 20 }, (_value, hour) => backup(hour / 24));
    const special = [
      backup(900, 'owner'),
      backup(0.51, 'owner'),
      backup(29, 'restore'),
      backup(29.5, 'migration'),
      backup(200, 'restore'),
    ];
    const gone = idsOf(outdatedBackups([...special, ...many], now));
    for (const id of idsOf(special.slice(0, 4))) expect(gone).not.toContain(id);
    // It takes part in the rolling like any other by then, and is the last of its week.
    expect(gone).not.toContain('200-restore');
    const weekly = Array.from({ length: 8 }, (_value, week) => backup(7 * week));
    expect(idsOf(outdatedBackups([...special, ...weekly], now))).toContain('200-restore');
  });
});

it('rolling keeps a bounded number, keeps the newest, and has nothing more to do when it was done', () => {
  const dated = fc.record({
    reason: fc.constantFrom(...backupReasons),
    ageHours: fc.integer({ min: -48, max: 24 * 500 }),
  });
  fc.assert(
    fc.property(fc.array(dated, { maxLength: 80 }), (all) => {
      const backups = all.map(({ reason, ageHours }, index) => ({
        ...{ id: String(index), reason, createdAt: now - ageHours * hourMs },
      }));
      const gone = new Set(outdatedBackups(backups, now));
      const kept = backups.filter((each) => !gone.has(each));
      expect(outdatedBackups(kept, now)).toEqual([]);
      for (const each of gone) expect(each.reason).not.toBe('owner');
      const rolling = kept.filter(({ reason, createdAt }) => reason === 'schedule' || now - createdAt >= 30 * dayMs);
      expect(rolling.filter(({ reason }) => reason !== 'owner').length).toBeLessThanOrEqual(14);
      const newest = Math.max(...backups.map(({ createdAt }) => createdAt));
      for (const each of gone) expect(each.createdAt, 'as new as any').toBeLessThanOrEqual(newest);
      const automatic = backups.filter(({ reason }) => reason !== 'owner').length;
      expect(kept.filter(({ reason }) => reason !== 'owner').length).toBeGreaterThanOrEqual(Math.min(3, automatic));
    }),
  );
});
