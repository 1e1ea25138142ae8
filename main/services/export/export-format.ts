import { exportFormats, type ExportFormat } from '../../../preload/contract/exchange.ts';

/** Whether all conversations share one file; the other formats have a file for each. */
export function isOneFile(format: ExportFormat): boolean {
  return format === 'json' || format === 'oasst';
}

/** What a file of this format is usually called after its first dot. */
export function extensionOf(format: ExportFormat): string {
  return format === 'oasst' ? 'trees.jsonl' : format;
}

/** The format that a file's name asks for, or null when it says nothing. */
export function formatOfName(name: string): ExportFormat | null {
  const plain = name.toLowerCase().replace(/\.gz$/, '');
  if (plain.endsWith('.jsonl')) return 'oasst';
  if (plain.endsWith('.htm')) return 'html';
  if (plain.endsWith('.markdown')) return 'md';
  return exportFormats.find((format) => plain.endsWith(`.${format}`)) ?? null;
}
