import type { IconName } from './icons.ts';

/** One line of a menu. */
export interface MenuEntry {
  readonly label: string;
  readonly icon: IconName;
  readonly isDisabled?: boolean;
  /** Sets it off from what stands above. */
  readonly startsGroup?: boolean;
  /** Runs when the menu is gone and the focus is back on its button. */
  readonly run: () => void;
}
