import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backupReasons, type BackupReason } from '../../preload/contract/backups.ts';

/** What the name of a backup says of it. */
export interface BackupName {
  id: string;
  reason: BackupReason;
  createdAt: number;
}

const extension = '.sqlite3';
const namePattern = /^((\d{4}-\d\d-\d\d)-(\d\d)(\d\d)(\d\d)-([a-z]+)(?:-\d+)?)\.sqlite3$/;

/** Where the backups of a database lie. */
export function backupsFolderOf(databasePath: string): string {
  return join(dirname(databasePath), 'backups');
}

export function backupPathOf(folder: string, id: string): string {
  return join(folder, `${id}${extension}`);
}

/** A name that is free in the folder: the time (UTC, so that it sorts and is never there twice) and the reason. */
export function newBackupId(folder: string, reason: BackupReason, now: number): string {
  const [day = '', time = ''] = new Date(now).toISOString().split('T');
  const stem = `${day}-${time.slice(0, 8).replaceAll(':', '')}-${reason}`;
  let id = stem;
  for (let number = 2; existsSync(backupPathOf(folder, id)); number += 1) id = `${stem}-${String(number)}`;
  return id;
}

/** Reads the name of a file in the folder of backups; null for anything that is no backup. */
export function parseBackupName(fileName: string): BackupName | null {
  const [, id, day, hours, minutes, seconds, word] = namePattern.exec(fileName) ?? [];
  const reason = backupReasons.find((known) => known === word);
  if (id === undefined || reason === undefined) return null;
  const createdAt = Date.parse(`${day ?? ''}T${hours ?? ''}:${minutes ?? ''}:${seconds ?? ''}Z`);
  return Number.isNaN(createdAt) ? null : { id, reason, createdAt };
}
