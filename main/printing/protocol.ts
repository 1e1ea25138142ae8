import type { ErrorReport } from '../../preload/contract/errors.ts';

/** What the terminal and the Electron that prints for it say to each other. */

export interface PrintRequest {
  id: number;
  html: string;
}

export type PrintReply = { id: number; ok: true; pdf: Uint8Array } | { id: number; ok: false; error: ErrorReport };
