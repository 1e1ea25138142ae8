import { z } from 'zod';
import type { Envelope } from './errors.ts';
import { defaultPresetId, presetIds } from './presets.ts';

/** Everything the owner can set, with its default. The database stores one row per key. */
export const settingsSchema = z.object({
  presetId: z.enum(presetIds).default(defaultPresetId),
  sidebarVisible: z.boolean().default(true),
  /** Absolute path of the chosen GGUF; null means the bundled guide. Set through the models area only. */
  modelPath: z.string().nullable().default(null),
  /** The conversation shown last, reopened at the next start. */
  lastConversationId: z.uuid().nullable().default(null),
  /** Size of the saved-state cache on disk, in bytes. */
  stateCacheLimitBytes: z
    .int()
    .min(0)
    .default(4 * 1024 ** 3),
});

export type Settings = z.infer<typeof settingsSchema>;

/** What a window may change directly. */
export const settingsPatchSchema = z
  .strictObject({
    presetId: z.enum(presetIds),
    sidebarVisible: z.boolean(),
    lastConversationId: z.uuid().nullable(),
  })
  .partial();

export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

export const settingsInputs = {
  'settings:get': z.undefined(),
  'settings:change': settingsPatchSchema,
};

export interface SettingsApi {
  get(): Promise<Envelope<Settings>>;
  change(patch: SettingsPatch): Promise<Envelope<Settings>>;
  onChanged(listener: (settings: Settings) => void): () => void;
}
