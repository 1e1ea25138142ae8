import type { ConversionType, ModelFacts } from '../../preload/contract/library.ts';

/** SHA-256 of a model file, valid as long as size and modification time are what they were. */
export interface ModelFileRecord {
  path: string;
  sizeBytes: number;
  modifiedMs: number;
  sha256: string;
}

/** A model of the library. The bundled guide is not among them. */
export interface ModelRecord {
  id: string;
  path: string;
  source: 'catalogue' | 'file';
  catalogueId: string | null;
  /** Whether the file lies in the app's own folder. */
  isManaged: boolean;
  facts: ModelFacts;
  /** What the file must be; null while it was never read as a whole. */
  sha256: string | null;
  verifiedAt: number | null;
  addedAt: number;
}

/** A model on its way: what was ordered. How far it is, its folder tells. */
export interface InstallationRecord {
  id: string;
  catalogueId: string;
  type: ConversionType;
  createdAt: number;
}
