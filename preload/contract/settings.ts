import { z } from 'zod';
import type { Envelope } from './errors.ts';
import { branchChoices, exportFormats } from './exchange.ts';
import { customPresetSchema, defaultPresetId, presetChoiceSchema } from './presets.ts';

/** Where a model may run: on the GPU as far as it fits, on it with half of its layers, or on the processor only. */
export const deviceSteps = ['gpu', 'gpu-half', 'cpu'] as const;
export type DeviceStep = (typeof deviceSteps)[number];

const defaultHubUrl = 'https://huggingface.co';

/** Everything the owner can set, with its default. The database stores one row per key. */
export const settingsSchema = z.object({
  presetId: presetChoiceSchema.default(defaultPresetId),
  customPresets: z.array(customPresetSchema).max(100).default([]),
  sidebarVisible: z.boolean().default(true),
  /** Folders of the list that show only how many conversations they hold. */
  closedFolderIds: z.array(z.uuid()).max(10_000).default([]),
  /** Absolute path of the chosen GGUF; null means the bundled guide. Set through the models area only. */
  modelPath: z.string().nullable().default(null),
  /** The conversation shown last, reopened at the next start. */
  lastConversationId: z.uuid().nullable().default(null),
  /** Most that saved states may take on disk, in bytes; 0 keeps none. */
  stateCacheLimitBytes: z
    .int()
    .min(0)
    .default(4 * 1024 ** 3),
  /** Where models run: on the GPU as far as it goes, or on the processor only. */
  device: z.enum(['auto', 'cpu']).default('auto'),
  /** What proved to work, by model file, where less than the whole GPU did; found by trying, never set by hand. */
  deviceSteps: z.record(z.string(), z.enum(deviceSteps)).default({}),
  /** Tokens that a model sees at once; fewer need less memory. */
  windowTokens: z.union([z.literal(2048), z.literal(1024)]).default(2048),
  /** Minutes without a question after which the model gives its memory back; 0 keeps it loaded. */
  unloadAfterMinutes: z
    .int()
    .min(0)
    .max(24 * 60)
    .default(30),
  /** Where models are fetched from: the hub, or a mirror of it. */
  hubUrl: z.url({ protocol: /^https?$/ }).default(defaultHubUrl),
  /** A proxy for fetching; null uses the system's environment (`HTTPS_PROXY`). */
  proxyUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  /** Opens the quick window from anywhere, in Electron's notation; null for none. Set through the desktop area only. */
  quickAskShortcut: z.string().nullable().default('CommandOrControl+Shift+Space'),
  /** The shortcut that was last seen to arrive, and on which kind of desktop. Set by main only. */
  confirmedShortcut: z.object({ accelerator: z.string(), desktop: z.string() }).nullable().default(null),
  /** Whether the quick window offers what the clipboard holds. */
  quickAskClipboard: z.boolean().default(false),
  /** What was typed into the quick window and not sent, and what it continues. Set through its own area only. */
  quickAskDraft: z.string().default(''),
  quickAskConversationId: z.uuid().nullable().default(null),
  /** What closing the main window does; null until the owner chose. */
  closeToTray: z.boolean().nullable().default(null),
  startAtLogin: z.boolean().default(false),
  /** Started with the session, the app shows its tray icon only. */
  startMinimized: z.boolean().default(true),
  /** Says when a long answer is done and the app is not in front. */
  notifyWhenDone: z.boolean().default(true),
  spellCheck: z.boolean().default(true),
  /** How conversations were exported last from the window. */
  exportFormat: z.enum(exportFormats).default('json'),
  exportBranches: z.enum(branchChoices).default('all'),
  /** Hours between two backups; 0 makes none on schedule. */
  backupEveryHours: z.union([z.literal(0), z.literal(24), z.literal(168)]).default(24),
  /** Whether the app looks for newer versions by itself; null until the owner was asked. */
  lookForUpdates: z.boolean().nullable().default(null),
  /** Starts before that question, as far as they matter. Set by main only, like the next two. */
  startsCounted: z.int().min(0).default(0),
  lookedForUpdatesAt: z.number().nullable().default(null),
  /** The version of the app that ran last. */
  lastVersion: z.string().nullable().default(null),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Zoom of all windows, as a factor. */
  zoom: z.number().min(0.5).max(3).default(1),
  /** Place of the main window, in screen pixels. Set by main only. */
  windowBounds: z
    .object({ x: z.int(), y: z.int(), width: z.int(), height: z.int(), isMaximized: z.boolean() })
    .nullable()
    .default(null),
});

export type Settings = z.infer<typeof settingsSchema>;

/** What a window may change directly. */
export const settingsPatchSchema = z
  .strictObject({
    presetId: presetChoiceSchema,
    customPresets: settingsSchema.shape.customPresets.unwrap(),
    sidebarVisible: z.boolean(),
    closedFolderIds: settingsSchema.shape.closedFolderIds.unwrap(),
    lastConversationId: z.uuid().nullable(),
    stateCacheLimitBytes: settingsSchema.shape.stateCacheLimitBytes.unwrap(),
    device: settingsSchema.shape.device.unwrap(),
    windowTokens: settingsSchema.shape.windowTokens.unwrap(),
    unloadAfterMinutes: settingsSchema.shape.unloadAfterMinutes.unwrap(),
    hubUrl: settingsSchema.shape.hubUrl.unwrap(),
    proxyUrl: settingsSchema.shape.proxyUrl.unwrap(),
    quickAskClipboard: z.boolean(),
    closeToTray: z.boolean().nullable(),
    startAtLogin: z.boolean(),
    startMinimized: z.boolean(),
    notifyWhenDone: z.boolean(),
    spellCheck: z.boolean(),
    exportFormat: settingsSchema.shape.exportFormat.unwrap(),
    exportBranches: settingsSchema.shape.exportBranches.unwrap(),
    backupEveryHours: settingsSchema.shape.backupEveryHours.unwrap(),
    lookForUpdates: z.boolean(),
    theme: settingsSchema.shape.theme.unwrap(),
    zoom: settingsSchema.shape.zoom.unwrap(),
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
