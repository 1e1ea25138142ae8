import type { SettingsSection } from '../stores/layout.svelte.ts';

/** What the parts of the settings are called. */
export const sectionWords: Record<SettingsSection, string> = {
  general: 'General',
  device: 'Model and device',
  presets: 'Presets',
  shortcuts: 'Shortcuts',
  appearance: 'Appearance',
  'quick-window': 'Quick window',
  data: 'Data and privacy',
  about: 'About',
};
